// Signals as a flag that a scan looks at. The first SIGINT or SIGTERM asks the scan to end after the batches
// in flight, so that its summary is still right; a second one kills the process as usual. SIGPIPE is ignored:
// writes report EPIPE. Process-wide state; the flag may be read from any thread.
#pragma once

#include <atomic>

namespace sigrun::cli {

void install_signal_handlers();
// Set by the first signal, or by whoever wants the scan to end.
std::atomic<bool>& stop_flag();
// The signal that came, or 0.
int stop_signal();
// Readable once a signal has come, or request_stop() was called: for poll().
int stop_descriptor();
// Sets the flag, as a signal does.
void request_stop();

// For commands that run on and on: SIGHUP makes the descriptor readable instead of ending the process. Taking
// the request empties it; several that came in the meantime are one.
void install_reload_handler();
int reload_descriptor();
bool take_reload_request();

}  // namespace sigrun::cli
