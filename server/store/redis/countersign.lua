#!lua name=countersign_2

-- The writing verbs of the store port. The number in the library's name is the number of the contract below: raise it
-- (in library.ts too) with every change of KEYS, ARGV or answers, so that two server versions can share one Redis.
--
-- Rules: every key is in KEYS and of one partition (one hash tag); every value is in ARGV; time is an argument. A script
-- that fails in the middle keeps what it wrote, so everything that can fail is read before the first write.
-- Redis writes the effects of one call to the append-only file as one transaction.
--
-- Values
--   document   "<version> <expiresAt|-> <JSON>", with a TTL when it expires (garbage collection; readers compare)
--   state      hash: commits (the last commit's sequence = version), events (the last event's sequence)
--   operation  "1", with a TTL
--   events     stream, entry <sequence>-0 with the field e: JSON
--   index      sorted set, all scores 0, member = sort text, NUL, id

-- The version of a document at an instant; "0" if there is none or it has expired.
local function version_at(key, now)
  -- 16 digits, space, 15 digits, space
  local head = redis.call('GETRANGE', key, 0, 33)
  if head == '' then
    return '0'
  end
  local version, expires_at = string.match(head, '^(%d+) ([%d-]+) ')
  if expires_at ~= '-' and tonumber(expires_at) <= now then
    return '0'
  end
  return version
end

-- countersign_2_commit: all or nothing.
--   KEYS  1 state, 2 operation, 3 events, then the documents expected, put, deleted, then one index per index step
--   ARGV  1 now, 2 the operation's TTL in ms, 3 maximum events, 4 versions to skip,
--         5 documents expected, 6 put, 7 deleted, 8 index steps (numbers of);
--         per expected: version; per put: expiresAt or "-", TTL in ms or "-", JSON;
--         per index step: "+" or "-", member; the rest: events
--   Answers "committed" (also when this operation was applied before) or "conflict".
local function commit(keys, args)
  if redis.call('EXISTS', keys[2]) == 1 then
    -- WAIT covers the writes of its own connection only, so a repeat on another connection has to write too.
    redis.call('HINCRBY', keys[1], 'commits', args[4])
    return 'committed'
  end
  local now = tonumber(args[1])
  local expected, put, deleted, steps = tonumber(args[5]), tonumber(args[6]), tonumber(args[7]), tonumber(args[8])
  local key, arg = 3, 8
  for i = 1, expected do
    if version_at(keys[key + i], now) ~= args[arg + i] then
      return 'conflict'
    end
  end
  key, arg = key + expected, arg + expected

  -- Fails here, before any write, if a key has another type.
  local first_step = key + put + deleted
  for i = 1, steps do
    redis.call('ZCARD', keys[first_step + i])
  end
  redis.call('XLEN', keys[3])

  local version = string.format('%.0f', redis.call('HINCRBY', keys[1], 'commits', args[4] + 1))
  redis.call('SET', keys[2], '1', 'PX', args[2])
  for i = 1, put do
    local expires_at, ttl, json = args[arg + 1], args[arg + 2], args[arg + 3]
    arg = arg + 3
    local document = version .. ' ' .. expires_at .. ' ' .. json
    if ttl == '-' then
      redis.call('SET', keys[key + i], document)
    else
      redis.call('SET', keys[key + i], document, 'PX', ttl)
    end
  end
  key = key + put
  for i = 1, deleted do
    redis.call('DEL', keys[key + i])
  end
  key = key + deleted
  for i = 1, steps do
    if args[arg + 1] == '+' then
      redis.call('ZADD', keys[key + i], 0, args[arg + 2])
    else
      redis.call('ZREM', keys[key + i], args[arg + 2])
    end
    arg = arg + 2
  end
  local events = #args - arg
  if events > 0 then
    local last = redis.call('HINCRBY', keys[1], 'events', events)
    for i = 1, events do
      local id = string.format('%.0f-0', last - events + i)
      redis.call('XADD', keys[3], 'MAXLEN', '=', args[3], id, 'e', args[arg + i])
    end
  end
  return 'committed'
end

-- countersign_2_increment: counts a call in a window's counter.
--   KEYS  1 the window's counter   ARGV  1 its TTL in ms   Answers the count.
local function increment(keys, args)
  local count = redis.call('INCR', keys[1])
  if count == 1 then
    redis.call('PEXPIRE', keys[1], args[1])
  end
  return count
end

redis.register_function('countersign_2_commit', commit)
redis.register_function('countersign_2_increment', increment)
