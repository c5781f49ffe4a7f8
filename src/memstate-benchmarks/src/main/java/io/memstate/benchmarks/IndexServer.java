package io.memstate.benchmarks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An index in another process than those that write to it: it takes what was sent to it,
 * also if the sender has died meanwhile.
 */
final class IndexServer implements AutoCloseable {

	private final MapIndex index = new MapIndex();

	private final ServerSocket socket;

	private final AtomicInteger callers = new AtomicInteger();

	private final AtomicReference<Trap> trap = new AtomicReference<>();

	IndexServer() throws IOException {
		this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	/** Something to happen once, in the midst of a call. */
	interface Trap {

		void called();

		void taken();

		void answered();

	}

	void arm(Trap trap) {
		this.trap.set(trap);
	}

	int port() {
		return this.socket.getLocalPort();
	}

	MapIndex index() {
		return this.index;
	}

	/** How many connections there are. */
	int callers() {
		return this.callers.get();
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "index");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		while (!this.socket.isClosed()) {
			try {
				Socket caller = this.socket.accept();
				this.callers.incrementAndGet();
				start(() -> serve(caller));
			}
			catch (IOException ex) {
				// closed
			}
		}
	}

	private void serve(Socket caller) {
		try (caller;
				DataInputStream in = new DataInputStream(caller.getInputStream());
				DataOutputStream out = new DataOutputStream(caller.getOutputStream())) {
			caller.setTcpNoDelay(true);
			while (true) {
				List<Index.Entry> entries = read(in);
				Trap trap = this.trap.getAndSet(null);
				if (trap != null) {
					trap.called();
				}
				this.index.take(entries);
				if (trap != null) {
					trap.taken();
				}
				out.writeByte(1);
				if (trap != null) {
					trap.answered();
				}
			}
		}
		catch (EOFException | SocketException ex) {
			// the caller has gone
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			this.callers.decrementAndGet();
		}
	}

	private static List<Index.Entry> read(DataInputStream in) throws IOException {
		List<Index.Entry> entries = new ArrayList<>();
		for (int count = in.readInt(); count > 0; count--) {
			entries.add(new Index.Entry(in.readUTF(), in.readLong(), in.readBoolean() ? in.readUTF() : null));
		}
		return entries;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * The index as it is called from another process, on a connection for each thread.
	 */
	static final class Client implements Index {

		private final ThreadLocal<Socket> sockets;

		Client(int port) {
			this.sockets = ThreadLocal.withInitial(() -> connect(port));
		}

		private static Socket connect(int port) {
			try {
				Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
				socket.setTcpNoDelay(true);
				return socket;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public void take(List<Entry> entries) throws IOException {
			java.io.ByteArrayOutputStream request = new java.io.ByteArrayOutputStream();
			DataOutputStream out = new DataOutputStream(request);
			out.writeInt(entries.size());
			for (Entry entry : entries) {
				out.writeUTF(entry.id());
				out.writeLong(entry.fence());
				out.writeBoolean(entry.text() != null);
				if (entry.text() != null) {
					out.writeUTF(entry.text());
				}
			}
			Socket socket = this.sockets.get();
			request.writeTo(socket.getOutputStream());
			if (socket.getInputStream().read() != 1) {
				throw new IOException("The index does not answer");
			}
		}

	}

}
