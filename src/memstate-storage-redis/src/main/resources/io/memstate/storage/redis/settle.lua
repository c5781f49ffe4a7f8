-- Removes what was delivered, puts off what failed and gives a partition back: {1}, or {0}
-- if somebody else leases it, or {2} if the namespace must be entered in the register
-- first.
local meta, outbox, deliveries = unpack(KEYS)

local hook, partition, token, pause = argument(), argument(), argument(), argument()
local register, bound = argument(), argument()
local lease = 'l' .. hook .. '\0' .. partition
local holder = redis.call('HGET', deliveries, lease)
if not holder or string.sub(holder, 9) ~= token then
	return { 0 }
end
if bound ~= '' and not entered(meta, register, bound) then
	return { 2 }
end

local facts = {}

local function read()
	local sequence, fact, at = pack64(tonumber(argument())), argument(), argument()
	facts[fact] = true
	return sequence, fact, 'a' .. hook .. '\0' .. at .. sequence, 'p' .. hook .. '\0' .. sequence .. at .. partition .. fact
end

for i = 1, tonumber(argument()) do
	local sequence, fact, pending, parked = read()
	redis.call('ZREM', outbox, changeMember(hook, fact, sequence), pending, parked)
	redis.call('HDEL', deliveries, 'r' .. hook .. '\0' .. sequence)
end
for i = 1, tonumber(argument()) do
	local sequence, fact, pending, parked = read()
	local attempts, due, isParked = tonumber(argument()), argument(), argument() == '1'
	if redis.call('ZSCORE', outbox, changeMember(hook, fact, sequence)) then
		redis.call('HSET', deliveries, 'r' .. hook .. '\0' .. sequence, struct.pack('>I4Bc0', attempts, isParked and 1 or 0, due))
		redis.call('ZREM', outbox, isParked and pending or parked)
		redis.call('ZADD', outbox, '0', isParked and parked or pending)
	end
end
for fact in pairs(facts) do
	refreshDue(outbox, deliveries, hook, partition, fact)
end
if pause == '' then
	redis.call('HDEL', deliveries, lease)
else
	redis.call('HSET', deliveries, lease, pause)
end
return { 1 }
