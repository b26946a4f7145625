/* Libraries that are no modules, or that no process survives: chosen by -D. */
#ifdef CRASHES
__attribute__((constructor)) static void crash(void) { *(volatile int *)8 = 1; }
#endif
#ifdef ABORTS
#include <stdlib.h>
__attribute__((constructor)) static void leave(void) { abort(); }
#endif
#ifdef EXITS
#include <stdlib.h>
__attribute__((constructor)) static void leave(void) { _Exit(0); }
#endif
#ifdef HANGS
#include <unistd.h>
unsigned long C_GetFunctionList(void **list) { (void)list; for (;;) pause(); }
#endif
#ifdef UNRESOLVED
extern int a_function_that_nobody_has(void);
unsigned long C_GetFunctionList(void **list) { (void)list; return a_function_that_nobody_has(); }
#endif
#ifdef NO_LIST
unsigned long C_GetFunctionList(void **list) { *list = 0; return 0; }
#endif
int not_a_module(void) { return 0; }
