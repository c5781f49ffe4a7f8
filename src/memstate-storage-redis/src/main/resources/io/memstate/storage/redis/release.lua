-- Removes all intents of a token.
removeIntents(KEYS[1], KEYS[2], ARGV[1])
return {}
