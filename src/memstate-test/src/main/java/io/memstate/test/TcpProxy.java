package io.memstate.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server and fails them: it drops their connections, lets
 * nothing through, or keeps an answer from the client whose request the server has
 * carried out.
 *
 * @since 0.1.0
 */
public final class TcpProxy implements AutoCloseable {

	private final InetSocketAddress server;

	private final ServerSocket socket;

	private final List<Link> links = new CopyOnWriteArrayList<>();

	private State state = State.OPEN;

	private byte @Nullable [] request;

	private boolean drop;

	private int lost;

	private TcpProxy(InetSocketAddress server) {
		this.server = server;
		try {
			this.socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		daemon(this::accept);
	}

	private enum State {

		OPEN, CUT, FROZEN

	}

	/**
	 * Puts a proxy before a server.
	 * @param host the server's host
	 * @param port the server's port
	 * @return a proxy that lets everything through
	 */
	public static TcpProxy to(String host, int port) {
		return new TcpProxy(new InetSocketAddress(host, port));
	}

	/**
	 * The port to connect to, on the loopback address.
	 * @return the port
	 */
	public int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Drops every connection and each that is made, until {@link #resume()}.
	 */
	public void cut() {
		change(State.CUT);
		this.links.forEach(Link::close);
	}

	/**
	 * Keeps every connection but lets nothing through, until {@link #resume()}.
	 */
	public void freeze() {
		change(State.FROZEN);
	}

	/**
	 * Lets everything through, also what was held back.
	 */
	public synchronized void resume() {
		this.request = null;
		this.links.stream().filter((link) -> link.mute).forEach(Link::close);
		change(State.OPEN);
	}

	/**
	 * Hands on the next request that holds some bytes, drops what the server answers, and
	 * then the connection.
	 * @param request the bytes
	 */
	public synchronized void loseAnswerTo(byte[] request) {
		this.request = request.clone();
		this.drop = true;
	}

	/**
	 * Hands on the next request that holds some bytes and drops whatever the server
	 * answers on that connection, until {@link #resume()} drops the connection.
	 * @param request the bytes
	 */
	public synchronized void muteAfter(byte[] request) {
		this.request = request.clone();
		this.drop = false;
	}

	/**
	 * How many answers have been kept from the client.
	 * @return the number
	 */
	public synchronized int lost() {
		return this.lost;
	}

	private synchronized void change(State state) {
		this.state = state;
		notifyAll();
	}

	private synchronized State awaitThaw() throws InterruptedException {
		while (this.state == State.FROZEN) {
			wait();
		}
		return this.state;
	}

	private void accept() {
		while (!this.socket.isClosed()) {
			try {
				Socket client = this.socket.accept();
				daemon(() -> link(client));
			}
			catch (IOException ex) {
				return; // closed
			}
		}
	}

	private void link(Socket client) {
		try {
			if (awaitThaw() == State.CUT) {
				client.close();
				return;
			}
			Link link = new Link(client, new Socket(this.server.getAddress(), this.server.getPort()));
			this.links.add(link);
			daemon(link::answers);
			link.requests();
		}
		catch (IOException ex) {
			close(client);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void daemon(Runnable work) {
		Thread thread = new Thread(work, "tcp-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// gone already
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		cut();
	}

	/** One connection of a client. */
	private final class Link {

		private final Socket client;

		private final Socket server;

		private volatile boolean mute;

		private volatile boolean last;

		private byte[] tail = {};

		Link(Socket client, Socket server) throws IOException {
			this.client = client;
			this.server = server;
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
		}

		void requests() {
			pump(this.client, this.server, (bytes) -> {
				look(bytes);
				return true;
			});
		}

		void answers() {
			pump(this.server, this.client, (bytes) -> {
				if (!this.mute) {
					return true;
				}
				synchronized (TcpProxy.this) {
					TcpProxy.this.lost++;
				}
				if (this.last) {
					close();
				}
				return false;
			});
		}

		private void look(byte[] bytes) {
			synchronized (TcpProxy.this) {
				byte[] wanted = TcpProxy.this.request;
				if (wanted == null) {
					return;
				}
				byte[] seen = Arrays.copyOf(this.tail, this.tail.length + bytes.length);
				System.arraycopy(bytes, 0, seen, this.tail.length, bytes.length);
				if (holds(seen, wanted)) {
					this.last = TcpProxy.this.drop;
					this.mute = true;
					TcpProxy.this.request = null;
				}
				this.tail = Arrays.copyOfRange(seen, Math.max(0, seen.length - wanted.length + 1), seen.length);
			}
		}

		private static boolean holds(byte[] bytes, byte[] wanted) {
			for (int i = 0; i + wanted.length <= bytes.length; i++) {
				if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
					return true;
				}
			}
			return false;
		}

		private void pump(Socket from, Socket to, Gate gate) {
			byte[] buffer = new byte[1 << 16];
			try {
				InputStream in = from.getInputStream();
				OutputStream out = to.getOutputStream();
				for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
					if (awaitThaw() == State.CUT) {
						break;
					}
					if (gate.letsThrough(Arrays.copyOf(buffer, read))) {
						out.write(buffer, 0, read);
					}
				}
			}
			catch (IOException ex) {
				// closed by one side or by us
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			close();
		}

		void close() {
			TcpProxy.close(this.client);
			TcpProxy.close(this.server);
			TcpProxy.this.links.remove(this);
		}

	}

	/**
	 * Looks at what goes through.
	 */
	@FunctionalInterface
	private interface Gate {

		boolean letsThrough(byte[] bytes);

	}

}
