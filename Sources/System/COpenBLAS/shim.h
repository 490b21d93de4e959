// Debian's alternatives put cblas.h of the chosen OpenBLAS flavour here.
#include <openblas-pthread/cblas.h>
