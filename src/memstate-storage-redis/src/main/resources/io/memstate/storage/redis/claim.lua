-- Leases a partition of a hook's outbox: {1, partition, first fence, sequence, attempts, log
-- entry, ...} or {0} if nothing is due.
local meta, log, outbox, deliveries = unpack(KEYS)
local hook, token, now, expires, limit, clock, partitions, budget = unpack(ARGV)

local function free(lease)
	return not lease or string.sub(lease, 9) == token or micros(string.sub(lease, 1, 8)) <= micros(now)
end

local function due(partition)
	local prefix = 'd' .. hook .. '\0' .. partition
	local rows, size = {}, 0
	for _, member in ipairs(redis.call('ZRANGEBYLEX', outbox, '[' .. prefix, '(' .. prefix .. now .. '\255', 'LIMIT', '0', limit)) do
		local start = changeMember(hook, string.sub(member, #prefix + 9), '')
		for _, change in ipairs(redis.call('ZRANGEBYLEX', outbox, '[' .. start, '(' .. string.sub(start, 1, -2) .. '\1', 'LIMIT', '0', limit - #rows)) do
			local sequence = string.sub(change, #start + 1)
			local attempts, parked, at = readChange(deliveries, hook, sequence)
			if parked or micros(at) > micros(now) then
				break
			end
			local number = unpack64(sequence)
			local entry = redis.call('HGET', log, integer(number))
			rows[#rows + 1] = { number, attempts, entry }
			size = size + #entry
		end
		if #rows >= tonumber(limit) or size > tonumber(budget) then
			break
		end
	end
	return rows
end

for partition = 0, partitions - 1 do
	local lease = 'l' .. hook .. '\0' .. partition
	if free(redis.call('HGET', deliveries, lease)) then
		local rows = due(partition)
		if #rows > 0 then
			table.sort(rows, function(left, right)
				return left[1] < right[1]
			end)
			local answer = { 1, partition, nextFences(meta, #rows, clock) }
			redis.call('HSET', deliveries, lease, expires .. token)
			for _, row in ipairs(rows) do
				for _, value in ipairs(row) do
					answer[#answer + 1] = value
				end
			end
			return answer
		end
	end
end
return { 0 }
