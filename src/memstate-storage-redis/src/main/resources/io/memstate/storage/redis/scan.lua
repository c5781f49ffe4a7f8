-- Reads some members of a sorted set in no order: {place to go on from, {member, score, ...}}.
return redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', '200')
