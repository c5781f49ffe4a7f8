package io.memstate.samples.quickstart;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads lines of UTF-8 one by one. A line that is too long or not UTF-8 does no harm to
 * the next.
 */
final class LineReader {

	/** Holds a payload of 1 MiB even if every character of it is escaped. */
	static final int MAX_BYTES = 8 * 1024 * 1024;

	private static final String BYTE_ORDER_MARK = "\uFEFF";

	private final InputStream in;

	private long lines;

	private long bytes;

	LineReader(InputStream in) {
		this.in = new BufferedInputStream(in, 64 * 1024);
	}

	/**
	 * Moves on to the next line.
	 * @return the line, or null at the end
	 */
	Line next() throws IOException {
		int next = this.in.read();
		if (next < 0) {
			return null;
		}
		ByteArrayOutputStream line = new ByteArrayOutputStream(512);
		long start = this.bytes;
		for (; next >= 0 && next != '\n'; next = this.in.read()) {
			this.bytes++;
			if (line.size() < MAX_BYTES) {
				line.write(next);
			}
		}
		boolean tooLong = this.bytes - start > MAX_BYTES;
		this.bytes++;
		this.lines++;
		return tooLong ? new Line(this.lines, null, "longer than " + MAX_BYTES + " bytes") : decode(line.toByteArray());
	}

	private Line decode(byte[] bytes) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
			boolean marked = this.lines == 1 && text.startsWith(BYTE_ORDER_MARK);
			return new Line(this.lines, marked ? text.substring(1) : text, null);
		}
		catch (CharacterCodingException ex) {
			return new Line(this.lines, null, "not UTF-8");
		}
	}

	/** How many lines were read, blank ones included. */
	long lines() {
		return this.lines;
	}

	long bytes() {
		return this.bytes;
	}

	/**
	 * A line: its text, or what is wrong with it.
	 */
	record Line(long number, String text, String problem) {

		boolean isBlank() {
			return this.text != null && this.text.isBlank();
		}

	}

}
