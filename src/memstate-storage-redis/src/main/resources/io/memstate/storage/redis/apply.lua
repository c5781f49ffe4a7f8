-- Writes one unit. Answers {1, first sequence}, {0, what failed...} or {2, the register in
-- which the namespace must be entered first}.
local meta, facts, singletons, index, log, history, steps, calls, intents, leases, outbox, deliveries = unpack(KEYS)

local token = argument()
local registers = list(function()
	return { argument(), argument() }
end)
local preconditions = list(function()
	return { argument(), argument(), argument() }
end)
local types = list(function()
	return { type = argument(), ready = argument(), paths = list(argument) }
end)
local puts = list(function()
	local put = { id = argument(), record = argument() }
	put.new = parse(put.record)
	return put
end)
local entries = list(function()
	return { text = argument(), fact = argument(), session = argument(), at = argument(), step = argument(),
		call = argument(), ordinal = argument() }
end)
local counted = list(function()
	return { step = argument(), longTerm = tonumber(argument()), session = argument(), last = tonumber(argument()) }
end)
local marks = list(function()
	return { step = argument(), undone = argument(), first = tonumber(argument()) }
end)
local tasks = list(function()
	return { hook = argument(), partition = argument(), entry = tonumber(argument()) }
end)

-- A client may send a command again after it lost the connection: the unit has been
-- written if its step knows its token.
local known = {}
local function know(step)
	if known[step] == nil then
		local record = redis.call('HGET', steps, step)
		known[step] = record and parseStep(record) or false
	end
	return known[step]
end
for _, entry in ipairs(entries) do
	know(entry.step)
end
if #entries > 0 and know(entries[1].step) then
	local runs = known[entries[1].step].runs
	for at = 1, #runs, 20 do
		if string.sub(runs, at, at + 7) == token then
			return { 1, unpack64(string.sub(runs, at + 8, at + 15)) }
		end
	end
end

-- An entry in a register comes before what it leads to.
for _, register in ipairs(registers) do
	if not entered(meta, register[1], register[2]) then
		return { 2, register[1], register[2] }
	end
end

local function typeCount(type)
	return tonumber(redis.call('HGET', meta, 'c:' .. type) or '0')
end

local failed = { 0 }

local function fail(what)
	failed[#failed + 1] = what
end

local fields, tokens = {}, {}
for i, precondition in ipairs(preconditions) do
	local kind, subject, value = unpack(precondition)
	local holds
	if kind == 'v' then
		local record = redis.call('HGET', facts, subject)
		holds = (record and parse(record).version or '0') == value
	elseif kind == 'k' then
		local holder = redis.call('HGET', singletons, subject)
		holds = not holder or holder == value
	elseif kind == 'i' then
		holds = redis.call('HEXISTS', calls, subject) == 0
	elseif kind == 's' then
		local step = know(subject)
		holds = step and (step.undone ~= 0) == (value == '1')
	elseif kind == 'l' or kind == 'h' then
		holds = true
		if kind == 'l' then
			tokens[#tokens + 1] = subject
		end
		for id in string.gmatch(value, '%Z+') do
			local intent = redis.call('HGET', intents, id)
			holds = holds and intent and string.sub(intent, 9) == subject
		end
	else
		local current = redis.call('HGET', meta, 'k:' .. subject) or ''
		holds = current == value or typeCount(subject) == 0
		if holds and current ~= value then
			fields[#fields + 1] = precondition
		end
	end
	if not holds then
		fail('p' .. i)
	end
end

local released, seen = {}, {}
for i, put in ipairs(puts) do
	if seen[put.id] then
		fail('d' .. i)
	end
	seen[put.id] = true
	local record = redis.call('HGET', facts, put.id)
	put.old = record and parse(record) or { living = false }
	if put.old.living and put.old.digest ~= '' then
		released[singletonField(put.old)] = put.id
	end
end
local claims = {}
for i, put in ipairs(puts) do
	if put.new.living and put.new.digest ~= '' then
		local field = singletonField(put.new)
		local holder = redis.call('HGET', singletons, field)
		if claims[field] or (holder and holder ~= put.id and released[field] ~= holder) then
			fail('f' .. i)
		end
		claims[field] = put.id
	end
end
local places = {}
for i, entry in ipairs(entries) do
	if entry.call ~= '' then
		local place = entry.ordinal .. entry.call
		if places[place] then
			fail('c' .. i)
		end
		places[place] = true
		local record = redis.call('HGET', calls, entry.call) or ''
		for at = 1, #record, 12 do
			if string.sub(record, at, at + 3) == entry.ordinal then
				fail('c' .. i)
			end
		end
	end
end
for i, mark in ipairs(marks) do
	if not know(mark.step) then
		fail('m' .. i)
	end
end
if #failed > 1 then
	return failed
end

-- From here on everything is written. The first command is one that a server without
-- memory refuses, so that it refuses all.
local first = redis.call('HINCRBY', meta, 'seq', #entries) - #entries + 1

for _, precondition in ipairs(fields) do
	if precondition[3] == '' then
		redis.call('HDEL', meta, 'k:' .. precondition[2])
	else
		redis.call('HSET', meta, 'k:' .. precondition[2], precondition[3])
	end
end

-- A path is ready if the type had no facts, and is so no more if somebody writes facts
-- of the type without it.
for _, indexed in ipairs(types) do
	local field = 'p:' .. indexed.type
	local current = redis.call('HGET', meta, field) or ''
	if current ~= indexed.ready then
		local states = parsePaths(current)
		local empty = typeCount(indexed.type) == 0
		local text, kept = {}, {}
		for i, path in ipairs(indexed.paths) do
			local state = (empty or states[path] == 1) and 1 or 0
			text[i] = struct.pack('>Hc0B', #path, path, state)
			kept[path] = state == 0
			if state == 0 and states[path] == nil then
				-- where the filling starts; the token tells it from any before
				redis.call('HSET', meta, 'f:' .. indexed.type .. '\0' .. path, token)
			end
		end
		for path in pairs(states) do
			if not kept[path] then
				redis.call('HDEL', meta, 'f:' .. indexed.type .. '\0' .. path)
			end
		end
		local new = table.concat(text)
		if new == '' then
			redis.call('HDEL', meta, field)
		elseif new ~= current then
			redis.call('HSET', meta, field, new)
		end
	end
end

local added, removed, counts, total = {}, {}, {}, 0
for _, put in ipairs(puts) do
	local old, new = put.old, put.new
	local before = {}
	if old.living then
		for _, member in ipairs(indexMembers(put.id, old)) do
			before[member] = true
		end
		counts[old.type] = (counts[old.type] or 0) - 1
		total = total - 1
	end
	if new.living then
		for _, member in ipairs(indexMembers(put.id, new)) do
			if before[member] then
				before[member] = nil
			else
				added[#added + 1] = member
			end
		end
		counts[new.type] = (counts[new.type] or 0) + 1
		total = total + 1
	end
	for member in pairs(before) do
		removed[#removed + 1] = member
	end
	redis.call('HSET', facts, put.id, put.record)
end
removeMembers(index, removed)
addMembers(index, added)
for type, count in pairs(counts) do
	if count ~= 0 and redis.call('HINCRBY', meta, 'c:' .. type, count) == 0 then
		redis.call('HDEL', meta, 'c:' .. type)
	end
end
if total ~= 0 then
	redis.call('HINCRBY', meta, 'n', total)
end

for field in pairs(released) do
	if not claims[field] then
		redis.call('HDEL', singletons, field)
	end
end
for field, id in pairs(claims) do
	if released[field] ~= id then
		redis.call('HSET', singletons, field, id)
	end
end

local logged, changed = {}, {}
local function change(step)
	if not changed[step] then
		changed[step] = true
		local record = know(step)
		if record then
			removeMembers(history, stepMembers(step, record))
		else
			known[step] = { counted = 0, longTerm = 0, sequence = 0, undone = 0, session = '', runs = '' }
		end
	end
	return known[step]
end
for i, entry in ipairs(entries) do
	local sequence = first + i - 1
	redis.call('HSET', log, integer(sequence), entry.text)
	logged[#logged + 1] = 'f' .. entry.fact .. '\0' .. pack64(sequence) .. entry.at
	if entry.session ~= '' then
		logged[#logged + 1] = 'x' .. entry.session .. '\0' .. pack64(sequence)
	end
	if entry.call ~= '' then
		local record = redis.call('HGET', calls, entry.call) or ''
		redis.call('HSET', calls, entry.call, record .. entry.ordinal .. pack64(sequence))
	end
	if i == 1 or entries[i - 1].step ~= entry.step then
		local count = 1
		while entries[i + count] and entries[i + count].step == entry.step do
			count = count + 1
		end
		local record = change(entry.step)
		record.runs = record.runs .. token .. pack64(sequence) .. struct.pack('>I4', count)
	end
end
for _, step in ipairs(counted) do
	local record = change(step.step)
	if record.counted == 0 then
		record.counted, record.longTerm, record.session = 1, step.longTerm, step.session
	end
	record.sequence = math.max(record.sequence, first + step.last - 1)
end
for _, mark in ipairs(marks) do
	local record = change(mark.step)
	record.undone = mark.undone == '1' and first + mark.first - 1 or 0
end
for step in pairs(changed) do
	redis.call('HSET', steps, step, formatStep(known[step]))
	for _, member in ipairs(stepMembers(step, known[step])) do
		logged[#logged + 1] = member
	end
end
addMembers(history, logged)

for _, token in ipairs(tokens) do
	removeIntents(intents, leases, token)
end
local changes = {}
for _, task in ipairs(tasks) do
	local entry = entries[task.entry]
	local sequence = pack64(first + task.entry - 1)
	changes[#changes + 1] = changeMember(task.hook, entry.fact, sequence)
	changes[#changes + 1] = 'a' .. task.hook .. '\0' .. entry.at .. sequence
end
addMembers(outbox, changes)
for _, task in ipairs(tasks) do
	refreshDue(outbox, deliveries, task.hook, task.partition, entries[task.entry].fact)
end

return { 1, first }
