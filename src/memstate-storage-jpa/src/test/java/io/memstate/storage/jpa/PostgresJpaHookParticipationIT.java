package io.memstate.storage.jpa;

class PostgresJpaHookParticipationIT extends PostgresHookParticipationIT {

	@Override
	boolean underJpa() {
		return true;
	}

}
