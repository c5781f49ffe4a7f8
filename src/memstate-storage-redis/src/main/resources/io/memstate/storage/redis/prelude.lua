-- What every script starts with. Numbers of 64 bits are 8 bytes, highest first; those
-- that may be negative have their sign bit turned over, so that they sort as bytes.

local position = 0

-- The next argument.
local function argument()
	position = position + 1
	return ARGV[position]
end

-- A list of arguments behind their number; what is read may be several of them.
local function list(read)
	local values = {}
	for i = 1, tonumber(argument()) do
		values[i] = read()
	end
	return values
end

local function pack64(n)
	return struct.pack('>I4I4', math.floor(n / 4294967296), n % 4294967296)
end

local function unpack64(s)
	local high, low = struct.unpack('>I4I4', s)
	return high * 4294967296 + low
end

-- A time; without the sign bit first, or the number would be too large to be exact.
local function micros(s)
	local high, low = struct.unpack('>I4I4', s)
	return (high - 2147483648) * 4294967296 + low
end

local function integer(n)
	return string.format('%.0f', n)
end

-- The record of a fact: format, living, version, shown step; then, if it is living,
-- digest of the singleton key, type, scope, creation, expiry, indexed values; the rest is
-- the fact as JSON, which no script looks into.
local function parse(record)
	local format, living, version, shows, at = struct.unpack('>BBHc0Hc0', record)
	local r = { living = living == 1, version = version, shows = shows }
	if r.living then
		local count
		r.digest, r.type, r.scope, r.created, r.expires, count, at = struct.unpack('>Hc0Hc0Hc0c8Hc0H', record, at)
		r.indexed = {}
		for i = 1, count do
			local path, value
			path, value, at = struct.unpack('>Hc0Hc0', record, at)
			r.indexed[i] = { path, value }
		end
		r.rest = at
	end
	return r
end

-- The end of a member of the index: creation, id, expiry.
local function tail(id, r)
	if r.expires == '' then
		return r.created .. id .. '\0' .. struct.pack('>H', #id)
	end
	return r.created .. id .. '\0' .. r.expires .. struct.pack('>H', #id + 32768)
end

local function scopes(r)
	if r.scope == 'l' then
		return { 'l' }
	end
	return { r.scope, 'a' }
end

-- The members of the index for one path.
local function valueMembers(id, r, path, value, members)
	local last = value .. tail(id, r)
	for _, scope in ipairs(scopes(r)) do
		members[#members + 1] = 'p' .. r.type .. '\0' .. path .. '\0' .. scope .. '\0' .. last
	end
end

-- All members of the index for a living fact.
local function indexMembers(id, r)
	local members = {}
	local last = tail(id, r)
	for _, scope in ipairs(scopes(r)) do
		members[#members + 1] = 'o' .. scope .. '\0' .. last
		members[#members + 1] = 't' .. r.type .. '\0' .. scope .. '\0' .. last
	end
	for _, pair in ipairs(r.indexed) do
		valueMembers(id, r, pair[1], pair[2], members)
	end
	if r.expires ~= '' then
		members[#members + 1] = 'e' .. r.expires .. id .. '\0' .. r.type .. '\0' .. r.scope
	end
	return members
end

local function memberId(member)
	local n = #member
	local length = string.byte(member, n - 1) * 256 + string.byte(member, n)
	local after = 3
	if length >= 32768 then
		length = length - 32768
		after = 11
	end
	return string.sub(member, n - after - length + 1, n - after)
end

local function singletonField(r)
	return r.scope .. '\0' .. r.type .. '\0' .. r.digest
end

-- The indexed paths of a type with their states: 1 if every fact is in the index.
local function parsePaths(text)
	local states = {}
	local at = 1
	while text and at <= #text do
		local path, state
		path, state, at = struct.unpack('>Hc0B', text, at)
		states[path] = state
	end
	return states
end

local function addMembers(key, members)
	for first = 1, #members, 500 do
		local arguments = {}
		for i = first, math.min(first + 499, #members) do
			arguments[#arguments + 1] = '0'
			arguments[#arguments + 1] = members[i]
		end
		redis.call('ZADD', key, unpack(arguments))
	end
end

local function removeMembers(key, members)
	for first = 1, #members, 500 do
		redis.call('ZREM', key, unpack(members, first, math.min(first + 499, #members)))
	end
end

-- The record of a step: counted, whether it wrote long-term memory, highest sequence,
-- sequence that undid it or 0, its session's scope or nothing, and its runs of entries:
-- token of the unit, first sequence, number.
local function parseStep(record)
	local counted, longTerm, sequence, undone, session, at = struct.unpack('>BBc8c8Hc0', record)
	return { counted = counted, longTerm = longTerm, sequence = unpack64(sequence), undone = unpack64(undone),
		session = session, runs = string.sub(record, at) }
end

local function formatStep(s)
	return struct.pack('>BBc0c0Hc0', s.counted, s.longTerm, pack64(s.sequence), pack64(s.undone), #s.session,
		s.session) .. s.runs
end

local function stepMembers(step, s)
	local members = {}
	if s.counted == 1 then
		local layers = {}
		if s.longTerm == 1 then
			layers[1] = 'l'
		end
		if s.session ~= '' then
			layers[#layers + 1] = s.session
		end
		for _, layer in ipairs(layers) do
			if s.undone == 0 then
				members[#members + 1] = 'd' .. layer .. '\0' .. pack64(s.sequence) .. step
			else
				members[#members + 1] = 'u' .. layer .. '\0' .. pack64(s.undone) .. step
				members[#members + 1] = 'v' .. layer .. '\0' .. pack64(s.sequence) .. step
			end
		end
	end
	return members
end

-- Whether the namespace is entered in a register, early enough.
local function entered(meta, register, bound)
	local current = redis.call('HGET', meta, 'b:' .. register)
	return current and tonumber(current) <= tonumber(bound)
end

-- Fences rise and are never issued again, also not over restored data, as long as the
-- clock goes on.
local function nextFences(meta, count, clock)
	local last = math.max(tonumber(redis.call('HGET', meta, 'fence') or '0'), tonumber(clock))
	redis.call('HSET', meta, 'fence', integer(last + count))
	return last + 1
end

local function intentsOf(leases, token)
	local prefix = 't' .. token .. '\0'
	local ids = {}
	for i, member in ipairs(redis.call('ZRANGEBYLEX', leases, '[' .. prefix, '(t' .. token .. '\1')) do
		ids[i] = string.sub(member, #prefix + 1)
	end
	return ids
end

local function removeIntents(intents, leases, token)
	for _, id in ipairs(intentsOf(leases, token)) do
		redis.call('HDEL', intents, id)
		redis.call('ZREM', leases, 'i' .. id, 't' .. token .. '\0' .. id)
	end
end

-- The outbox: for each change a member of its fact (r) and, unless it is parked, one by
-- time (a), otherwise one of the parked (p); for each fact whose next change is not
-- parked one by when it is due (d). What is not as at first is in the deliveries: the
-- attempts of a change (r), when a fact is due (f), the lease of a partition (l).
local function changeMember(hook, fact, sequence)
	return 'r' .. hook .. '\0' .. fact .. '\0' .. sequence
end

local function readChange(deliveries, hook, sequence)
	local record = redis.call('HGET', deliveries, 'r' .. hook .. '\0' .. sequence)
	if not record then
		return 0, false, string.rep('\0', 8)
	end
	local attempts, parked, due = struct.unpack('>I4Bc8', record)
	return attempts, parked == 1, due
end

-- Puts the member by which a fact is found to be due right.
local function refreshDue(outbox, deliveries, hook, partition, fact)
	local field = 'f' .. hook .. '\0' .. fact
	local prefix = 'd' .. hook .. '\0' .. partition
	local old = redis.call('HGET', deliveries, field)
	local start = changeMember(hook, fact, '')
	local first = redis.call('ZRANGEBYLEX', outbox, '[' .. start, '(r' .. hook .. '\0' .. fact .. '\1', 'LIMIT', '0', '1')[1]
	local new = false
	if first then
		local _, parked, due = readChange(deliveries, hook, string.sub(first, #start + 1))
		new = not parked and due
	end
	if new == old then
		return
	end
	if old then
		redis.call('ZREM', outbox, prefix .. old .. fact)
		redis.call('HDEL', deliveries, field)
	end
	if new then
		redis.call('ZADD', outbox, '0', prefix .. new .. fact)
		redis.call('HSET', deliveries, field, new)
	end
end
