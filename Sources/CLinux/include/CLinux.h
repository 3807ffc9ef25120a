// What Swift's Glibc module lacks of Linux, each call as a function that returns its result, or
// the negated errno. EINTR is met here: a call that was interrupted is made again.
#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H
#include "Checksums.h"
#include "DatagramBatch.h"
#include "DatagramIntake.h"
#include "Files.h"
#include "Folders.h"
#include "Inputs.h"
#include "Outputs.h"
#include "Processes.h"
#include "SealedFile.h"
#include "Sockets.h"
#include "Waiting.h"
#endif
