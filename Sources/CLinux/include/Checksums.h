#ifndef WEIR_CHECKSUMS_H
#define WEIR_CHECKSUMS_H
#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli, RFC 3720 B.4) of bytes that follow those whose checksum is `before` (0 for
// none).
uint32_t weir_crc32c(uint32_t before, const uint8_t *bytes, size_t count);
#endif
