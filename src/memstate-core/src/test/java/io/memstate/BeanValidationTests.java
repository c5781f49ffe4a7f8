package io.memstate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Past;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the constraints of models.
 */
class BeanValidationTests {

	private final MemoryStore memory = MemoryStore.builder(new InMemoryStorage()).build();

	@ParameterizedTest
	@ValueSource(classes = { OnField.class, OnPrimitive.class, OnElement.class, OnKey.class, OnOptional.class,
			OnNestedElement.class, InValid.class, InValidList.class, InValidElement.class, InValidArray.class,
			InValidGetter.class, InSuperclass.class })
	void refusesToRegisterWhatNothingCanCheck(Class<?> model) {
		assertThatIllegalArgumentException().isThrownBy(() -> register(model))
			.withMessageContaining(model.getName())
			.withMessageContaining("can't be checked");
	}

	@Test
	void enforcesConstraintsWhereverTheyAre() {
		register(Checked.class);
		Map<String, Object> good = Map.of("count", 1, "tags", List.of("a"), "names", Map.of("a", List.of("b")), "item",
				Map.of("name", "a"), "items", List.of(Map.of("name", "a")), "note", "a");
		this.memory.commit(Draft.of("model", good));
		Map<String, Object> bad = Map.of("count", 0, "tags", List.of(" "), "names", Map.of("", List.of("")), "item",
				Map.of("name", ""), "items", List.of(Map.of("name", "")), "note", " ");
		bad.forEach((key, value) -> {
			Map<String, Object> payload = new HashMap<>(good);
			payload.put(key, value);
			assertThatExceptionOfType(FactValidationException.class)
				.isThrownBy(() -> this.memory.commit(Draft.of("model", payload)))
				.withMessageContaining("'" + key);
		});
	}

	@Test
	void enforcesTheConstraintsOfASubclass() {
		register(Plain.class);
		this.memory.commit(new Stricter("a"));
		assertThatExceptionOfType(FactValidationException.class).isThrownBy(() -> this.memory.commit(new Stricter("")))
			.withMessageContaining("'name' must not be blank");
		assertThat(this.memory.count(FactQuery.all())).isOne();
	}

	@ParameterizedTest
	@ValueSource(classes = { OnField.class, OnPrimitive.class, OnElement.class, OnKey.class, OnNestedElement.class,
			InValidElement.class, InValidGetter.class, InSuperclass.class })
	void seesConstraintsWithoutProvider(Class<?> model) {
		assertThat(BeanValidation.isConstrained(model)).isTrue();
	}

	@Test
	void seesNoConstraintsWhereThereAreNone() {
		assertThat(BeanValidation.isConstrained(Plain.class)).isFalse();
	}

	private void register(Class<?> model) {
		this.memory.schemas().register(FactSchema.of("model", model));
	}

	record OnField(@NotBlank Integer value) {
	}

	record OnPrimitive(@NotBlank int value) {
	}

	record OnElement(List<@NotBlank Integer> value) {
	}

	record OnKey(Map<@Past String, String> value) {
	}

	record OnOptional(Optional<@Past String> value) {
	}

	record OnNestedElement(Map<String, Set<@NotBlank Integer>> value) {
	}

	record InValid(@Valid OnField value) {
	}

	record InValidList(@Valid List<OnField> value) {
	}

	record InValidElement(Map<String, List<@Valid OnField>> value) {
	}

	record InValidArray(@Valid OnField[] value) {
	}

	static class InValidGetter {

		@Valid
		public List<OnField> getValue() {
			return List.of();
		}

	}

	static class InSuperclass extends InValidGetter {

	}

	record Item(@NotBlank String name) {
	}

	record Checked(@Min(1) int count, List<@NotBlank String> tags, Map<@NotBlank String, List<@NotBlank String>> names,
			@Valid @NotNull Item item, @Valid List<Item> items, Optional<@NotBlank String> note) {
	}

	static class Plain {

		public String other = "a";

	}

	static class Stricter extends Plain {

		@NotBlank
		public String name;

		Stricter(String name) {
			this.name = name;
		}

	}

}
