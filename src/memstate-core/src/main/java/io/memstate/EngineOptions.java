package io.memstate;

import java.time.Duration;

/**
 * What of an engine can be chosen.
 *
 * @param retryTimeout for how long a lost race is planned again
 * @param maxStepSize how many facts a step may change
 * @param payloadLimits how large a payload may be
 * @param unregisteredTypes what becomes of types without a schema
 * @param hookMaxAttempts after how many failures a change for an outbox hook is parked
 * @param hookBackOff how long to wait after the first failure
 */
record EngineOptions(Duration retryTimeout, int maxStepSize, PayloadLimits payloadLimits,
		UnregisteredTypes unregisteredTypes, int hookMaxAttempts, Duration hookBackOff) {
}
