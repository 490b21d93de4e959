#define _GNU_SOURCE
#include "clock_shift.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

/// Found on the first call: the C library's own.
static int (*own)(clockid_t, struct timespec *);

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!own) own = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = own(clock, time);
  const char *shift = getenv(CLOCK_SHIFT);
  if (result == 0 && clock == CLOCK_REALTIME && shift) time->tv_sec += atol(shift);
  return result;
}
