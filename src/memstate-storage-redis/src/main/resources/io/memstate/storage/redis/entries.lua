-- Reads a page of the log: {whether there may be more, last sequence that was looked at,
-- sequence, entry, ...}. Looks at no more sequences than the limit.
local meta, log, history, steps, calls = unpack(KEYS)
local kind, subject, beyond, ascending = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local limit, budget = tonumber(ARGV[5]), tonumber(ARGV[6])
local sequences, more = {}, 0

-- Of sequences in rising order, those of the page.
local function choose(all)
	local from, to, by = 1, #all, 1
	if not ascending then
		from, to, by = to, from, -1
	end
	for i = from, to, by do
		local sequence = all[i]
		if beyond == '' or (ascending and sequence > tonumber(beyond)) or (not ascending and sequence < tonumber(beyond)) then
			if #sequences == limit then
				more = 1
				return
			end
			sequences[#sequences + 1] = sequence
		end
	end
end

if kind == 'n' then
	local last = tonumber(redis.call('HGET', meta, 'seq') or '0')
	local sequence = ascending and tonumber(beyond == '' and '0' or beyond) + 1 or (beyond == '' and last or math.min(last, tonumber(beyond) - 1))
	while #sequences < limit and sequence >= 1 and sequence <= last do
		sequences[#sequences + 1] = sequence
		sequence = sequence + (ascending and 1 or -1)
	end
	more = (sequence >= 1 and sequence <= last) and 1 or 0
elseif kind == 'f' or kind == 'x' then
	local prefix = kind .. subject .. '\0'
	local low, high = '[' .. prefix, '(' .. kind .. subject .. '\1'
	local members
	if ascending then
		low = beyond == '' and low or '[' .. prefix .. pack64(tonumber(beyond) + 1)
		members = redis.call('ZRANGEBYLEX', history, low, high, 'LIMIT', '0', limit)
	else
		high = beyond == '' and high or '(' .. prefix .. pack64(tonumber(beyond))
		members = redis.call('ZREVRANGEBYLEX', history, high, low, 'LIMIT', '0', limit)
	end
	for i, member in ipairs(members) do
		sequences[i] = unpack64(string.sub(member, #prefix + 1, #prefix + 8))
	end
	more = #members == limit and 1 or 0
elseif kind == 's' then
	local record = redis.call('HGET', steps, subject)
	local all = {}
	if record then
		local runs = parseStep(record).runs
		for at = 1, #runs, 20 do
			local first = unpack64(string.sub(runs, at + 8, at + 15))
			for i = 0, struct.unpack('>I4', runs, at + 16) - 1 do
				all[#all + 1] = first + i
			end
		end
	end
	choose(all)
else
	local record = redis.call('HGET', calls, subject) or ''
	local all = {}
	for at = 1, #record, 12 do
		all[#all + 1] = unpack64(string.sub(record, at + 4, at + 11))
	end
	choose(all)
end

local answer = { more, '' }
for _, sequence in ipairs(sequences) do
	if budget <= 0 then
		answer[1] = 1
		break
	end
	answer[2] = integer(sequence)
	local entry = redis.call('HGET', log, answer[2])
	if entry then
		answer[#answer + 1] = answer[2]
		answer[#answer + 1] = entry
		budget = budget - #entry
	end
end
return answer
