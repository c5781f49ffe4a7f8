package io.memstate.storage.jpa;

import java.util.Map;

class SqliteJpaHookParticipationTests extends SqliteHookParticipationTests {

	@Override
	Map<String, Object> hibernate() {
		return Map.of("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect");
	}

}
