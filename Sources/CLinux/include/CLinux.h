#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H
#include <stdint.h>
#include <stddef.h>
#include "DatagramBatch.h"
#endif
