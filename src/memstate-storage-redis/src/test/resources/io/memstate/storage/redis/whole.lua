-- Looks through all keys of a namespace and answers with what is wrong.
local meta, facts, singletons, index, log, history, steps, calls = unpack(KEYS)
local problems = {}

local function problem(...)
	local text = table.concat({ ... }, ' ')
	problems[#problems + 1] = string.gsub(text, '[^%g ]', '?')
end

-- Expects a set, given by its members as keys, to be what is stored.
local function same(what, expected, stored)
	local found = {}
	for _, member in ipairs(stored) do
		found[member] = true
		if not expected[member] then
			problem(what, 'superfluous:', member)
		end
	end
	for member in pairs(expected) do
		if not found[member] then
			problem(what, 'missing:', member)
		end
	end
end

local function pairsOf(key)
	local flat, map = redis.call('HGETALL', key), {}
	for i = 1, #flat, 2 do
		map[flat[i]] = flat[i + 1]
	end
	return map
end

-- The log by fact, by step, by reverted step, in the order of sequence.
local sequences, entries = {}, {}
for field, text in pairs(pairsOf(log)) do
	local first = string.find(text, '\n', 1, true)
	local second = string.find(text, '\n', first + 1, true)
	local entry = cjson.decode(string.sub(text, 1, first - 1))
	entry.after = string.sub(text, second + 1)
	entry.before = string.sub(text, first + 1, second - 1)
	entry.sequence = tonumber(field)
	entries[entry.sequence] = entry
	sequences[#sequences + 1] = entry.sequence
end
table.sort(sequences)

local function add(map, key, value)
	if key then
		map[key] = map[key] or {}
		table.insert(map[key], value)
	end
end

local byFact, byStep, byReverted, logged = {}, {}, {}, {}
for _, sequence in ipairs(sequences) do
	local entry = entries[sequence]
	add(byFact, entry.factId, entry)
	add(byStep, entry.step, entry)
	add(byReverted, entry.reverts, entry)
	logged['f' .. entry.factId .. '\0' .. pack64(sequence)] = true
	if entry.sessionId then
		logged['x' .. entry.sessionId .. '\0' .. pack64(sequence)] = true
	end
end
if #sequences > 0 and tonumber(redis.call('HGET', meta, 'seq')) < sequences[#sequences] then
	problem('the counter of sequences is behind the log')
end

-- Facts against the log, and the index against the facts.
local members, holders, counts, total = {}, {}, {}, 0
local records = pairsOf(facts)
for id, record in pairs(records) do
	local fact = parse(record)
	local history = byFact[id]
	if not history then
		problem('fact without log entry:', id)
	else
		local last = history[#history]
		if integer(last.version) ~= fact.version then
			problem('fact', id, 'has version', fact.version, 'and in the log', integer(last.version))
		end
		if fact.living ~= (last.after ~= '') then
			problem('fact', id, 'is', fact.living and 'living' or 'removed', 'other than in the log')
		elseif fact.living and string.sub(record, fact.rest) ~= last.after then
			problem('fact', id, 'is not what the log says')
		end
	end
	if fact.living then
		total = total + 1
		counts['c:' .. fact.type] = (counts['c:' .. fact.type] or 0) + 1
		for _, member in ipairs(indexMembers(id, fact)) do
			members[member] = true
		end
		if fact.digest ~= '' then
			if holders[singletonField(fact)] then
				problem('two facts with one key:', id, holders[singletonField(fact)])
			end
			holders[singletonField(fact)] = id
		end
	end
end
for id in pairs(byFact) do
	if not records[id] then
		problem('log entry without fact:', id)
	end
end
same('index', members, redis.call('ZRANGE', index, 0, -1))
local stored = pairsOf(singletons)
for field, id in pairs(stored) do
	if holders[field] ~= id then
		problem('singleton key held by', id, 'and by', tostring(holders[field]))
	end
end
for field, id in pairs(holders) do
	if stored[field] ~= id then
		problem('singleton key not held by', id)
	end
end
for field, value in pairs(pairsOf(meta)) do
	if string.sub(field, 1, 2) == 'c:' and counts[field] ~= tonumber(value) then
		problem('count', field, 'is', value, 'and should be', tostring(counts[field]))
	end
end
for field, count in pairs(counts) do
	if tonumber(redis.call('HGET', meta, field) or '0') ~= count then
		problem('count', field, 'should be', tostring(count))
	end
end
if tonumber(redis.call('HGET', meta, 'n') or '0') ~= total then
	problem('number of facts should be', tostring(total))
end

-- Steps against the log.
local uncounted = { EXPIRE = true, ROLLBACK = true, REDO = true }
for step, record in pairs(pairsOf(steps)) do
	local s = parseStep(record)
	local own = byStep[step]
	if not own then
		problem('step without log entry:', step)
	else
		if s.counted == 1 and s.sequence ~= own[#own].sequence then
			problem('step', step, 'ends with', integer(s.sequence), 'and in the log', integer(own[#own].sequence))
		end
		if (s.counted == 1) == (uncounted[own[1].operation] or false) then
			problem('step', step, 'of', own[1].operation, 'counted:', tostring(s.counted))
		end
		local covered = 0
		for at = 1, #s.runs, 20 do
			local first = unpack64(string.sub(s.runs, at + 8, at + 15))
			local count = struct.unpack('>I4', string.sub(s.runs, at + 16, at + 19))
			for sequence = first, first + count - 1 do
				if not entries[sequence] or entries[sequence].step ~= step then
					problem('step', step, 'has no entry', integer(sequence))
				end
			end
			covered = covered + count
		end
		if covered ~= #own then
			problem('step', step, 'does not know all of its entries')
		end
		local reverting = byReverted[step]
		local undone = reverting and reverting[#reverting].operation == 'ROLLBACK' or false
		if undone ~= (s.undone ~= 0) then
			problem('step', step, 'is undone:', tostring(s.undone ~= 0), 'in the log:', tostring(undone))
		end
		for _, member in ipairs(stepMembers(step, s)) do
			logged[member] = true
		end
	end
	byStep[step] = nil
end
for step in pairs(byStep) do
	problem('log entry without step:', step)
end

local found = {}
for _, member in ipairs(redis.call('ZRANGE', history, 0, -1)) do
	-- an entry of a fact ends with its time
	found[#found + 1] = string.sub(member, 1, 1) == 'f' and string.sub(member, 1, -9) or member
end
same('history', logged, found)

return { unpack(problems, 1, math.min(#problems, 100)) }
