package io.memstate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.memstate.storage.Payload;

/**
 * Makes proposals of drafts: looks up types, makes payloads canonical and validates them.
 */
final class Types {

	private final SchemaRegistry schemas;

	private final PayloadReader reader;

	private final UnregisteredTypes unregistered;

	Types(SchemaRegistry schemas, PayloadLimits limits, UnregisteredTypes unregistered) {
		this.schemas = schemas;
		this.reader = new PayloadReader(limits);
		this.unregistered = unregistered;
	}

	SchemaRegistry schemas() {
		return this.schemas;
	}

	Proposal propose(Object model) {
		Draft draft = Draft.of(model);
		return (draft.type() != null) ? proposeMap(draft, draft.type(), (Map<?, ?>) draft.content())
				: proposeInstance(draft, draft.content());
	}

	List<Proposal> proposeAll(Collection<?> models) {
		List<Proposal> proposals = new ArrayList<>();
		Arguments.notNull(models, "models").forEach((model) -> proposals.add(propose(model)));
		return proposals;
	}

	private Proposal proposeMap(Draft draft, String name, Map<?, ?> map) {
		RegisteredType type = type(name);
		Payload payload = this.reader.payload(map);
		type.validate(payload);
		return new Proposal(type, payload, type.key(payload), draft);
	}

	private Proposal proposeInstance(Draft draft, Object instance) {
		RegisteredType type = this.schemas.typeOf(instance.getClass());
		type.validate(instance);
		Payload payload = this.reader.payload(instance);
		return new Proposal(type, payload, type.key(payload), draft);
	}

	/** What a patch makes of a payload, validated. */
	Payload patched(RegisteredType type, Payload payload, Map<String, Object> patch) {
		Payload patched = this.reader.payload(MergePatch.apply(payload.map(), patch));
		type.validate(patched);
		return patched;
	}

	Map<String, Object> patch(Map<String, ?> patch) {
		return this.reader.patch(Arguments.notNull(patch, "patch"));
	}

	/** The type of a fact to write; one without a schema only where that is allowed. */
	RegisteredType type(String name) {
		RegisteredType type = this.schemas.type(name);
		if (type == null && this.unregistered == UnregisteredTypes.REJECT) {
			throw new FactValidationException("The type '" + name + "' is not registered, and unregistered types are "
					+ "rejected: register a FactSchema, or accept them");
		}
		return (type != null) ? type : new RegisteredType(FactSchema.of(name));
	}

	/** The type of a fact that is there already, whatever is allowed now. */
	RegisteredType stored(String name) {
		RegisteredType type = this.schemas.type(name);
		return (type != null) ? type : new RegisteredType(FactSchema.of(name));
	}

}
