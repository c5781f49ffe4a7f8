package io.memstate.samples.hooks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What happens to an index behind the back of everybody: a restored backup, a clumsy
 * script, a lost disk. Writes straight to the file of {@link FullTextIndex}.
 */
final class Tampering {

	private final Path file;

	Tampering(Path file) {
		this.file = file;
	}

	/** Takes entries away. */
	int lose(int count) {
		List<Long> lost = some(count);
		run("update entry set version = null where id = ?", lost);
		run("delete from words where rowid = ?", lost);
		return lost.size();
	}

	/** Puts entries back to what they may have been before. */
	int age(int count) {
		List<Long> aged = some(count);
		run("update entry set version = version - 1 where id = ?", aged);
		run("update words set text = 'an old text' where rowid = ?", aged);
		return aged.size();
	}

	/** Makes up entries of facts that there never were. */
	int haunt(int count) {
		List<Long> made = LongStream.range(0, count).map((i) -> System.nanoTime() + i).boxed().toList();
		run("insert into entry (id, namespace, fact_id, fence, version) values (?1, 'default', 'ghost-' || ?1, 0, 1)",
				made);
		run("insert into words (rowid, text) values (?, 'the night train of ghosts')", made);
		return made.size();
	}

	private List<Long> some(int count) {
		try (Connection connection = connect();
				PreparedStatement statement = connection
					.prepareStatement("select id from entry where version > 0 order by random() limit ?")) {
			statement.setInt(1, count);
			List<Long> ids = new ArrayList<>();
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					ids.add(rows.getLong(1));
				}
			}
			return ids;
		}
		catch (SQLException ex) {
			throw failure(ex);
		}
	}

	private void run(String sql, List<Long> ids) {
		try (Connection connection = connect(); PreparedStatement statement = connection.prepareStatement(sql)) {
			connection.setAutoCommit(false);
			for (long id : ids) {
				statement.setLong(1, id);
				statement.executeUpdate();
			}
			connection.commit();
		}
		catch (SQLException ex) {
			throw failure(ex);
		}
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + this.file);
	}

	private IllegalStateException failure(SQLException ex) {
		return new IllegalStateException("Could not tamper with " + this.file, ex);
	}

}
