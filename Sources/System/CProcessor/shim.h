// What the processor itself says it can do; /proc/cpuinfo would tell an emulated program of the machine below it.
#if defined(__x86_64__)
#include <cpuid.h>
static inline int processor_has_avx2_fma_f16c(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  // FMA, F16C, AVX, and an operating system that saves the registers.
  const unsigned wanted = 1u << 12 | 1u << 29 | 1u << 28 | 1u << 27;
  if ((c & wanted) != wanted) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 5);
}
#else
static inline int processor_has_avx2_fma_f16c(void) { return 0; }
#endif
