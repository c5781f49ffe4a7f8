-- Makes parked changes of a hook due again and ends the pauses of their partitions: {1, how
-- many} or {2} if the namespace must be entered in the register first.
local meta, outbox, deliveries = unpack(KEYS)
local hook, register, limit = unpack(ARGV)
local prefix = 'p' .. hook .. '\0'
local members = redis.call('ZRANGEBYLEX', outbox, '[' .. prefix, '(p' .. hook .. '\1', 'LIMIT', '0', limit)
if #members > 0 and not entered(meta, register, 0) then
	return { 2 }
end
for _, member in ipairs(members) do
	local sequence, at, partition, at_fact = struct.unpack('c8c8c1', member, #prefix + 1)
	local fact = string.sub(member, at_fact)
	redis.call('ZADD', outbox, '0', 'a' .. hook .. '\0' .. at .. sequence)
	redis.call('ZREM', outbox, member)
	redis.call('HDEL', deliveries, 'r' .. hook .. '\0' .. sequence)
	refreshDue(outbox, deliveries, hook, partition, fact)
	local lease = 'l' .. hook .. '\0' .. partition
	if redis.call('HSTRLEN', deliveries, lease) == 8 then
		redis.call('HDEL', deliveries, lease)
	end
end
return { 1, #members }
