/*
 * Faults, one a line, in the file that FAULTY_CONTROL names; read at each call, so that a test changes them while calls run.
 *
 *   fail FUNCTION CODE [COUNT]      answer with a code, so many times (for ever if not said)
 *   after FUNCTION CODE [COUNT]     the same once the call has been done
 *   stall FUNCTION MILLISECONDS     wait before the call, at most until the file changes
 *   logout C_FindObjectsInit 0 [COUNT]   log the whole process out before the call, so many times
 *   length FUNCTION DELTA           tell a length of output that is wrong
 *   gone                            no token; all sessions are closed
 *   no-mechanism NUMBER             leave a mechanism out of the list
 *   gcm WAY                         short, short-unchecked, own-iv, hidden-iv, zero-iv, long-only
 *   sessions N                      so many sessions at once
 *   serial TEXT, flags BITS, max-sessions N      in the token's description (flags are set beside those it has)
 *   attribute TYPE VALUE            a boolean attribute of every key
 *   point WAY                       raw, bit: CKA_EC_POINT so encoded
 *   curve WAY                       name: the curve only by its name, oid: only by its identifier
 */
#pragma once

int rule(const char *kind, const char *what, char *value, unsigned size);   /* 1 if there is such a rule; its value */
int spend(const char *kind, const char *function, long *number);            /* the same, with a count that runs down */
unsigned rules_version(void);
