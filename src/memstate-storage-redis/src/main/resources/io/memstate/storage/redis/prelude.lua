-- What every script starts with. Numbers of 64 bits are 8 bytes, highest first; those
-- that may be negative have their sign bit turned over, so that they sort as bytes.

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
