package io.memstate.storage.jpa;

import java.util.Map;

class PostgresJpaHookParticipationIT extends PostgresHookParticipationIT {

	@Override
	Map<String, Object> hibernate() {
		return Map.of();
	}

}
