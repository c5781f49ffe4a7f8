package io.memstate.samples.hooks;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.memstate.Draft;
import io.memstate.FactChange;
import io.memstate.Filter;
import io.memstate.IndexedFact;
import io.memstate.MemoryHook;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.ScoredFact;
import io.memstate.SearchRequest;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link FullTextIndex} does with what it is told, on facts in memory.
 */
class FullTextIndexTests {

	@TempDir
	Path directory;

	private final List<FactChange> told = new ArrayList<>();

	private FullTextIndex index;

	private MemoryStore memory;

	@BeforeEach
	void open() throws SQLException {
		this.index = new FullTextIndex(this.directory.resolve("index.db"));
		this.memory = MemoryStore.builder(new InMemoryStorage())
			.schema(Note.class)
			.hook(this.index)
			.hook(new Recorder(this.told))
			.build();
	}

	@AfterEach
	void close() throws SQLException {
		this.memory.close();
		this.index.close();
	}

	@Test
	void findsWordsInTheLayersAskedFor() {
		this.memory.commit(new Note("a night train"));
		this.memory.namespace("other").commit(new Note("a night train elsewhere"));
		MemorySession session = this.memory.session("s");
		session.commit(new Note("the night train of a draft"));
		SearchRequest request = SearchRequest.of("TRAIN \"AND\" night*");
		assertThat(texts(this.memory.search(request))).containsExactly("a night train");
		assertThat(texts(session.search(request))).containsExactly("the night train of a draft");
		assertThat(texts(session.search(request.withLongTerm()))).containsExactlyInAnyOrder("a night train",
				"the night train of a draft");
		assertThat(texts(this.memory.search(request.anyLayer()))).hasSize(2);
		assertThat(texts(this.memory.search(request.anyLayer().where(Filter.startsWith("text", "the")))))
			.containsExactly("the night train of a draft");
		assertThat(texts(this.memory.search(request.anyLayer().limit(1)))).hasSize(1);
	}

	@Test
	void takesNothingOlderThanWhatItTookLast() throws SQLException {
		String id = this.memory.commit(new Note("first")).id();
		this.memory.update(id, Patch.set("text", "second"));
		this.memory.delete(id);
		this.index.apply(this.told.subList(0, 2));
		assertThat(this.index.versions("default", List.of(id))).isEmpty();
		assertThat(entries()).isEmpty();
		this.index.apply(this.told.subList(2, 3));
		assertThat(entries()).isEmpty();
		this.index.clear();
		this.index.apply(this.told.subList(0, 1));
		assertThat(entries()).isEmpty();
	}

	@Test
	void takesTheSameTwice() throws SQLException {
		String id = this.memory.commit(new Note("again")).id();
		this.index.apply(this.told);
		assertThat(this.index.versions("default", List.of(id, "unknown"))).isEqualTo(Map.of(id, 1L));
		assertThat(entries()).containsExactly(new IndexedFact("default", id, 1));
		assertThat(this.memory.search(SearchRequest.of("again"))).hasSize(1);
	}

	@Test
	void isToldOfNotesAlone() {
		this.memory.commit(Draft.of("task", Map.of("text", "no note")));
		assertThat(entries()).isEmpty();
	}

	private List<IndexedFact> entries() {
		try (var entries = this.index.entries()) {
			return entries.toList();
		}
	}

	private static List<String> texts(List<ScoredFact> found) {
		return found.stream().map(ScoredFact::fact).map(Workshop::text).toList();
	}

	/**
	 * Keeps what it is told.
	 *
	 * @param changes what it was told
	 */
	private record Recorder(List<FactChange> changes) implements MemoryHook {

		@Override
		public String name() {
			return "recorder";
		}

		@Override
		public void apply(List<FactChange> changes) {
			this.changes.addAll(changes);
		}

	}

}
