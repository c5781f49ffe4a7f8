-- Counts the changes of a hook: {pending, parked, time of the oldest pending or nothing}.
local outbox, hook = KEYS[1], ARGV[1]
local low, high = '[a' .. hook .. '\0', '(a' .. hook .. '\1'
local oldest = redis.call('ZRANGEBYLEX', outbox, low, high, 'LIMIT', '0', '1')[1]
return { redis.call('ZLEXCOUNT', outbox, low, high), redis.call('ZLEXCOUNT', outbox, '[p' .. hook .. '\0', '(p' .. hook .. '\1'),
	oldest and string.sub(oldest, #hook + 3, #hook + 10) or '' }
