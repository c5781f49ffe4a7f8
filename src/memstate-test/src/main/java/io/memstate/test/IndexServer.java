package io.memstate.test;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.memstate.storage.FactAddress;

/**
 * Indexes in a process of their own, which outlives those that are killed. They go by
 * fences and remember every change that they were sent. {@link RemoteIndex} talks to it.
 *
 * @since 0.1.0
 */
public final class IndexServer implements AutoCloseable {

	static final int APPLY = 1;

	static final int ENTRIES = 2;

	static final int TAKES = 3;

	static final int COUNT = 4;

	static final int CLEAR = 5;

	private final ChildProcess process;

	private final String port;

	private IndexServer(ChildProcess process) {
		this.process = process;
		this.port = String.valueOf(process.next());
	}

	/**
	 * Starts the process, on a free port.
	 * @return the server
	 */
	public static IndexServer start() {
		return new IndexServer(ChildProcess.start(IndexServer.class));
	}

	/**
	 * Where an index is, for {@link RemoteIndex.Opener}.
	 * @param hook the name of the hook
	 * @param failureRate how many of the calls fail, from 0 to 1: half of them before the
	 * index has taken the changes, half of them after
	 * @return the location
	 */
	public String location(String hook, double failureRate) {
		return this.port + " " + failureRate + " " + hook;
	}

	@Override
	public void close() {
		this.process.kill();
	}

	/**
	 * What runs in the process.
	 * @param arguments none
	 * @throws IOException if there is no port
	 */
	public static void main(String[] arguments) throws IOException {
		Map<String, Index> indexes = new HashMap<>();
		try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
			ChildProcess.tell(Integer.toString(server.getLocalPort()));
			while (true) {
				Socket socket = server.accept();
				Thread thread = new Thread(() -> serve(socket, indexes));
				thread.setDaemon(true);
				thread.start();
			}
		}
	}

	private static void serve(Socket socket, Map<String, Index> indexes) {
		try (socket;
				DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
				DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()))) {
			socket.setTcpNoDelay(true);
			while (true) {
				int request = in.read();
				if (request < 0) {
					return;
				}
				String hook = in.readUTF();
				Index index;
				synchronized (indexes) {
					index = indexes.computeIfAbsent(hook, (name) -> new Index());
				}
				index.answer(request, in, out);
				out.flush();
			}
		}
		catch (IOException ex) {
			// a client that was killed
		}
	}

	/**
	 * A change as an index was sent it.
	 *
	 * @param client who sent it
	 * @param namespace the namespace
	 * @param factId the fact
	 * @param fence the fence
	 * @param version the version, 0 if the fact is to be removed
	 * @param content what to hold
	 */
	record Take(String client, String namespace, String factId, long fence, long version, String content) {

		static Take read(DataInputStream in) throws IOException {
			return new Take(in.readUTF(), in.readUTF(), in.readUTF(), in.readLong(), in.readLong(), in.readUTF());
		}

		void write(DataOutputStream out) {
			try {
				out.writeUTF(this.client);
				out.writeUTF(this.namespace);
				out.writeUTF(this.factId);
				out.writeLong(this.fence);
				out.writeLong(this.version);
				out.writeUTF(this.content);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		FactAddress address() {
			return new FactAddress(this.namespace, this.factId);
		}

	}

	/** One index. */
	private static final class Index {

		private final Map<FactAddress, Take> entries = new HashMap<>();

		private final List<Take> takes = new ArrayList<>();

		void answer(int request, DataInputStream in, DataOutputStream out) throws IOException {
			List<Take> sent = new ArrayList<>();
			if (request == APPLY) {
				for (int i = in.readInt(); i > 0; i--) {
					sent.add(Take.read(in));
				}
			}
			answer(request, sent, out);
		}

		private synchronized void answer(int request, List<Take> sent, DataOutputStream out) throws IOException {
			switch (request) {
				case APPLY -> sent.forEach(this::take);
				case ENTRIES ->
					write(this.entries.values().stream().filter((take) -> take.version() > 0).toList(), out);
				case TAKES -> write(this.takes, out);
				case CLEAR -> this.entries.replaceAll(
						(address, take) -> new Take("", address.namespace(), address.factId(), take.fence(), 0, ""));
				default -> {
				}
			}
			out.writeInt(this.takes.size());
		}

		private void take(Take take) {
			this.takes.add(take);
			Take last = this.entries.get(take.address());
			if (last == null || take.fence() >= last.fence()) {
				this.entries.put(take.address(), take);
			}
		}

		private static void write(List<Take> takes, DataOutputStream out) throws IOException {
			out.writeInt(takes.size());
			takes.forEach((take) -> take.write(out));
		}

	}

}
