#define _GNU_SOURCE
#include "rules.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RULES 64

static struct { char kind[24], what[40], value[80]; long left; } rules[MAX_RULES];
static int count;
static unsigned version;
static char text[8192];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void load(void)
{
  const char *path = getenv("FAULTY_CONTROL");
  char fresh[sizeof text] = "";
  FILE *file = path ? fopen(path, "r") : NULL;
  if (file) {
    size_t length = fread(fresh, 1, sizeof fresh - 1, file);
    fresh[length] = 0;
    fclose(file);
  }
  if (version && !strcmp(fresh, text))
    return;
  strcpy(text, fresh);
  version++;
  count = 0;
  for (char *state, *line = strtok_r(fresh, "\n", &state); line && count < MAX_RULES; line = strtok_r(NULL, "\n", &state)) {
    long left = -1;
    rules[count].what[0] = rules[count].value[0] = 0;
    if (sscanf(line, "%23s %39s %79s %ld", rules[count].kind, rules[count].what, rules[count].value, &left) >= 1)
      rules[count++].left = left;
  }
}

int rule(const char *kind, const char *what, char *value, unsigned size)
{
  int found = 0;
  pthread_mutex_lock(&gate);
  load();
  for (int i = 0; i < count && !found; i++)
    if (!strcmp(rules[i].kind, kind) && (!what || !strcmp(rules[i].what, what))) {
      if (value)
        snprintf(value, size, "%s", what ? rules[i].value : rules[i].what);
      found = 1;
    }
  pthread_mutex_unlock(&gate);
  return found;
}

int spend(const char *kind, const char *function, long *number)
{
  int found = 0;
  pthread_mutex_lock(&gate);
  load();
  for (int i = 0; i < count && !found; i++)
    if (!strcmp(rules[i].kind, kind) && !strcmp(rules[i].what, function) && rules[i].left != 0) {
      if (rules[i].left > 0)
        rules[i].left--;
      *number = strtol(rules[i].value, NULL, 0);
      found = 1;
    }
  pthread_mutex_unlock(&gate);
  return found;
}

unsigned rules_version(void)
{
  pthread_mutex_lock(&gate);
  load();
  unsigned now = version;
  pthread_mutex_unlock(&gate);
  return now;
}
