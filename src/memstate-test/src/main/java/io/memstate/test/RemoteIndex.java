package io.memstate.test;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.IndexedFact;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.test.IndexServer.Take;

/**
 * A hook whose index lies in an {@link IndexServer}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RemoteIndex implements ReconcilableHook, ReindexableHook, AutoCloseable {

	private final int port;

	private final String name;

	private final double failureRate;

	private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

	private volatile String client = Long.toString(ProcessHandle.current().pid());

	private RemoteIndex(int port, String name, double failureRate) {
		this.port = port;
		this.name = name;
		this.failureRate = failureRate;
	}

	/**
	 * Opens an index at a location that {@link IndexServer#location} gave.
	 *
	 * @since 0.1.0
	 */
	public static final class Opener implements HookOpener {

		@Override
		public RemoteIndex open(String location) {
			String[] parts = location.split(" ", 3);
			return new RemoteIndex(Integer.parseInt(parts[0]), parts[2], Double.parseDouble(parts[1]));
		}

	}

	@Override
	public String name() {
		return this.name;
	}

	/** Who sends changes from now on, as the server remembers it. */
	void client(String client) {
		this.client = client;
	}

	@Override
	public void apply(List<FactChange> changes) throws Exception {
		double chance = ThreadLocalRandom.current().nextDouble();
		if (chance < this.failureRate / 2) {
			throw new IOException("The index '" + this.name + "' does not take anything");
		}
		List<Take> takes = new ArrayList<>();
		for (FactChange change : changes) {
			Fact after = change.after();
			takes.add(new Take(this.client, change.namespace(), change.factId(), change.fence(),
					(after != null) ? after.version() : 0, (after != null) ? content(after) : ""));
		}
		call(IndexServer.APPLY, takes);
		if (chance < this.failureRate) {
			throw new IOException("The index '" + this.name + "' has taken the changes and does not say so");
		}
	}

	/** What an index holds of a fact, apart from its version. */
	static String content(Fact fact) {
		return fact.sessionId() + " " + fact.payload().get("text");
	}

	@Override
	public Stream<IndexedFact> entries() {
		return takes(IndexServer.ENTRIES).stream()
			.map((take) -> new IndexedFact(take.namespace(), take.factId(), take.version()));
	}

	@Override
	public Map<String, Long> versions(String namespace, Collection<String> factIds) {
		Map<String, Long> versions = new HashMap<>();
		for (Take take : takes(IndexServer.ENTRIES)) {
			if (take.namespace().equals(namespace) && factIds.contains(take.factId())) {
				versions.put(take.factId(), take.version());
			}
		}
		return versions;
	}

	@Override
	public void clear() throws Exception {
		call(IndexServer.CLEAR, List.of());
	}

	/** What the index holds. */
	List<Take> held() {
		return takes(IndexServer.ENTRIES);
	}

	/** Every change that the index was sent, in order. */
	List<Take> takes() {
		return takes(IndexServer.TAKES);
	}

	private List<Take> takes(int request) {
		try {
			return call(request, List.of()).takes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** How many changes the index was sent. */
	int count() throws IOException {
		return call(IndexServer.COUNT, List.of()).count();
	}

	private Answer call(int request, List<Take> sent) throws IOException {
		Connection connection = this.idle.poll();
		if (connection == null) {
			connection = new Connection(new Socket(InetAddress.getLoopbackAddress(), this.port));
		}
		Answer answer = connection.call(request, this.name, sent);
		this.idle.push(connection);
		return answer;
	}

	@Override
	public void close() throws IOException {
		for (Connection connection = this.idle.poll(); connection != null; connection = this.idle.poll()) {
			connection.socket.close();
		}
	}

	/**
	 * An answer of the server.
	 *
	 * @param takes what was asked for
	 * @param count how many changes the index was sent
	 */
	private record Answer(List<Take> takes, int count) {
	}

	/** One connection, used by one thread at a time. */
	private static final class Connection {

		private final Socket socket;

		private final DataInputStream in;

		private final DataOutputStream out;

		Connection(Socket socket) throws IOException {
			this.socket = socket;
			socket.setTcpNoDelay(true);
			this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
			this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
		}

		Answer call(int request, String name, List<Take> sent) throws IOException {
			this.out.write(request);
			this.out.writeUTF(name);
			if (request == IndexServer.APPLY) {
				this.out.writeInt(sent.size());
				sent.forEach((take) -> take.write(this.out));
			}
			this.out.flush();
			List<Take> takes = new ArrayList<>();
			if (request == IndexServer.ENTRIES || request == IndexServer.TAKES) {
				for (int i = this.in.readInt(); i > 0; i--) {
					takes.add(Take.read(this.in));
				}
			}
			return new Answer(takes, this.in.readInt());
		}

	}

}
