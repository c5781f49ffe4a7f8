package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.memstate.Fact;
import io.memstate.Filter;
import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;
import io.memstate.Patch;
import io.memstate.ScoredFact;
import io.memstate.SearchRequest;
import io.memstate.SearchScope;
import io.memstate.SemanticIndex;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Search: the index names facts, the storage supplies them.
 *
 * @since 0.1.0
 */
public abstract class SearchContractTests extends StorageContract {

	private final FakeIndex index = new FakeIndex();

	@BeforeEach
	void registerIndex() {
		assumeHooks();
		this.memory = store((builder) -> builder.hook(this.index));
	}

	@Test
	void findsTheBestFirst() {
		this.memory.commit(note("a cat").id("one"));
		this.memory.commit(note("cat cat cat").id("three"));
		this.memory.commit(note("a dog").id("none"));
		this.memory.commit(note("cat and cat").id("two"));
		List<ScoredFact> found = this.memory.search(SearchRequest.of("cat"));
		assertThat(found).extracting((hit) -> hit.fact().id()).containsExactly("three", "two", "one");
		assertThat(found).extracting(ScoredFact::score).containsExactly(3.0, 2.0, 1.0);
		assertThat(found.get(0).fact()).isEqualTo(this.memory.get("three").orElseThrow());
	}

	@Test
	void limitsToTheBest() {
		for (int i = 1; i <= 15; i++) {
			this.memory.commit(note("cat ".repeat(i)).id("n" + i));
		}
		assertThat(found(SearchRequest.of("cat").limit(2))).containsExactly("n15", "n14");
		assertThat(found(SearchRequest.of("cat"))).hasSize(10).startsWith("n15");
		assertThat(found(SearchRequest.of("cat").limit(100))).hasSize(15);
	}

	@Test
	void findsWhatIsCrowdedOutByWhatIsGone() {
		for (int i = 0; i < 5; i++) {
			this.memory.commit(note("cat").id("kept" + i));
		}
		for (int i = 0; i < 30; i++) {
			this.index.add(this.memory.commit(note("dog").id("gone" + i)), 2 + i);
			this.memory.delete("gone" + i);
		}
		assertThat(found(SearchRequest.of("cat").limit(5))).hasSize(5).allMatch((id) -> id.startsWith("kept"));
		assertThat(this.index.limits).containsExactly(5, 10, 20, 40);
		this.index.limits.clear();
		assertThat(found(SearchRequest.of("cat").limit(2))).isEmpty();
		assertThat(this.index.limits).containsExactly(2, 4, 8, 16);
		this.index.limits.clear();
		assertThat(found(SearchRequest.of("cat").limit(40))).hasSize(5);
		assertThat(this.index.limits).containsExactly(40);
	}

	@Test
	void leavesLowScoresOut() {
		this.memory.commit(note("cat").id("one"));
		this.memory.commit(note("cat cat").id("two"));
		assertThat(found(SearchRequest.of("cat").minScore(2))).containsExactly("two");
		assertThat(found(SearchRequest.of("cat").minScore(2.5))).isEmpty();
	}

	@Test
	void narrowsToATypeAndAFilter() {
		this.memory.commit(note("cat").id("n"));
		this.memory.commit(preference("cat", 1).id("p"));
		this.index.add(this.memory.get("p").orElseThrow(), 5);
		assertThat(found(SearchRequest.of("cat"))).containsExactly("p", "n");
		assertThat(found(SearchRequest.of("cat").type(NOTE))).containsExactly("n");
		assertThat(found(SearchRequest.of("cat").where(Filter.eq("value", 1)))).containsExactly("p");
		assertThat(found(SearchRequest.of("cat").where(Filter.eq("value", 1)).where(Filter.eq("role", "dog"))))
			.isEmpty();
	}

	@Test
	void dropsWhatIsGone() {
		this.memory.commit(note("cat").id("kept"));
		Fact gone = this.memory.commit(note("cat cat").id("gone"));
		this.memory.delete("gone");
		this.index.add(gone, 2);
		assertThat(found(SearchRequest.of("cat"))).containsExactly("kept");
	}

	@Test
	void dropsWhatHasExpired() {
		this.memory.commit(note("cat").id("kept"));
		this.memory.commit(note("cat cat").id("late").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(found(SearchRequest.of("cat"))).containsExactly("kept");
	}

	@Test
	void dropsWhatIsInAnotherNamespace() {
		MemoryStore other = this.memory.namespace(this.namespace + "-other");
		this.memory.commit(note("cat").id("mine"));
		other.commit(note("cat cat").id("theirs"));
		this.index.ignoreScope();
		assertThat(found(SearchRequest.of("cat"))).containsExactly("mine");
	}

	@Test
	void dropsWhatIsInAnotherLayer() {
		this.memory.commit(note("cat").id("long"));
		session("s").commit(note("cat cat").id("s1"));
		session("t").commit(note("cat cat cat").id("t1"));
		this.index.ignoreScope();
		assertThat(found(SearchRequest.of("cat"))).containsExactly("long");
		assertThat(foundBySession(SearchRequest.of("cat"))).containsExactly("s1");
	}

	@Test
	void seesOtherLayersIfAsked() {
		this.memory.commit(note("cat").id("long"));
		session("s").commit(note("cat cat").id("s1"));
		session("t").commit(note("cat cat cat").id("t1"));
		assertThat(found(SearchRequest.of("cat").anyLayer())).containsExactly("t1", "s1", "long");
		assertThat(foundBySession(SearchRequest.of("cat").withLongTerm())).containsExactly("s1", "long");
	}

	@Test
	void dropsLongTermFactsThatTheSessionShadows() {
		this.memory.commit(preference("cat", 1).id("long"));
		this.memory.commit(preference("cat cat", 2).id("other"));
		session("s").commit(preference("cat", 3).id("s1"));
		assertThat(foundBySession(SearchRequest.of("cat").withLongTerm())).containsExactlyInAnyOrder("s1", "other");
	}

	@Test
	void tellsTheIndexWhereToSearch() {
		session("s").search(SearchRequest.of("cat").withLongTerm().limit(3).type(NOTE));
		SearchScope scope = this.index.scopes.get(0);
		assertThat(scope.namespace()).isEqualTo(this.namespace);
		assertThat(scope.sessionId()).isEqualTo("s");
		assertThat(scope.layers()).isEqualTo(SearchScope.Layers.WITH_LONG_TERM);
		this.memory.search(SearchRequest.of("cat"));
		assertThat(this.index.scopes.get(1).sessionId()).isNull();
		assertThat(this.index.scopes.get(1).layers()).isEqualTo(SearchScope.Layers.OWN);
		this.memory.search(SearchRequest.of("cat").anyLayer());
		assertThat(this.index.scopes.get(2).layers()).isEqualTo(SearchScope.Layers.ANY);
	}

	@Test
	void answersWithFactsAsTheyAreStored() {
		Fact old = this.memory.commit(note("cat").id("n"));
		this.memory.update("n", Patch.set("text", "cat, corrected"));
		this.index.add(old, 1);
		assertThat(this.memory.search(SearchRequest.of("cat")).get(0).fact())
			.isEqualTo(this.memory.get("n").orElseThrow());
	}

	@Test
	void staysRightAfterRollbackAndPromote() {
		this.memory.commit(note("cat").id("n"));
		this.memory.rollback(1);
		assertThat(found(SearchRequest.of("cat"))).isEmpty();
		this.memory.redo(1);
		assertThat(found(SearchRequest.of("cat"))).containsExactly("n");
		session("s").commit(note("cat cat").id("m"));
		session("s").promote();
		assertThat(found(SearchRequest.of("cat"))).containsExactly("m", "n");
		assertThat(foundBySession(SearchRequest.of("cat"))).isEmpty();
	}

	@Test
	void saysWhatToAddWhereThereIsNoIndex() {
		MemoryStore without = store((builder) -> builder);
		assertRefused(MemoryStoreException.class, () -> without.search(SearchRequest.of("cat")), "SemanticIndex");
	}

	private List<String> found(SearchRequest request) {
		return this.memory.search(request).stream().map((hit) -> hit.fact().id()).toList();
	}

	private List<String> foundBySession(SearchRequest request) {
		return session("s").search(request).stream().map((hit) -> hit.fact().id()).toList();
	}

	/**
	 * Scores a fact by how often it holds the text that is searched for.
	 */
	private static final class FakeIndex extends RecordingHook implements SemanticIndex {

		final List<SearchScope> scopes = new ArrayList<>();

		final List<Integer> limits = new ArrayList<>();

		private final Map<Fact, Double> extra = new HashMap<>();

		private boolean ignoreScope;

		FakeIndex() {
			super("fake index");
		}

		void add(Fact fact, double score) {
			this.extra.put(fact, score);
		}

		void ignoreScope() {
			this.ignoreScope = true;
		}

		@Override
		public List<Hit> search(SearchScope scope, SearchRequest request) {
			this.scopes.add(scope);
			Map<Fact, Double> scores = new HashMap<>();
			for (Fact fact : index().values()) {
				double score = fact.payload().toString().split(request.text(), -1).length - 1;
				if (score > 0 && (this.ignoreScope || sees(scope, fact))) {
					scores.put(fact, score);
				}
			}
			scores.putAll(this.extra);
			this.limits.add(request.limit());
			return scores.entrySet()
				.stream()
				.sorted(Map.Entry.<Fact, Double>comparingByValue().reversed())
				.limit(request.limit())
				.map((entry) -> new Hit(entry.getKey().id(), entry.getValue()))
				.toList();
		}

		private boolean sees(SearchScope scope, Fact fact) {
			@Nullable String session = fact.sessionId();
			return scope.namespace().equals(fact.namespace()) && switch (scope.layers()) {
				case ANY -> true;
				case OWN -> java.util.Objects.equals(session, scope.sessionId());
				case WITH_LONG_TERM -> session == null || session.equals(scope.sessionId());
			};
		}

	}

}
