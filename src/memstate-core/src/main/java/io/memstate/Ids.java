package io.memstate;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;

/**
 * Makes ids that rise with time, so that they sort by creation.
 */
final class Ids {

	private static final TimeBasedEpochGenerator UUID_V7 = Generators.timeBasedEpochGenerator();

	private Ids() {
	}

	static String next() {
		return UUID_V7.generate().toString();
	}

}
