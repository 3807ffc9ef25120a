#include "Checksums.h"
#include <string.h>

// A byte at a time, in two steps of four bits (polynomial 0x82F63B78, reflected).
static uint32_t step(uint32_t crc, uint8_t byte) {
  static const uint32_t table[16] = {
      0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
      0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
      0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
  };
  crc ^= byte;
  crc = (crc >> 4) ^ table[crc & 15];
  return (crc >> 4) ^ table[crc & 15];
}

static uint32_t by_table(uint32_t crc, const uint8_t *bytes, size_t count) {
  while (count--) crc = step(crc, *bytes++);
  return crc;
}

#if defined(__x86_64__)
// The processor's own instruction (SSE 4.2).
__attribute__((target("sse4.2"))) static uint32_t by_processor(uint32_t crc, const uint8_t *bytes,
                                                               size_t count) {
  uint64_t wide = crc;
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  while (count--) crc = __builtin_ia32_crc32qi(crc, *bytes++);
  return crc;
}

static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
static uint32_t by_processor(uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = __crc32cd(crc, word);
  }
  while (count--) crc = __crc32cb(crc, *bytes++);
  return crc;
}

static int has_instruction(void) { return 1; }
#else
#define by_processor by_table
static int has_instruction(void) { return 0; }
#endif

uint32_t weir_crc32c(uint32_t before, const uint8_t *bytes, size_t count) {
  uint32_t crc = ~before;
  return ~(has_instruction() ? by_processor(crc, bytes, count) : by_table(crc, bytes, count));
}
