// What Fluent Bit's interfaces for plugins are: own declarations of the facts, no header of Fluent Bit's is
// used. Two interfaces are served, both stable from 3.2.3 on: the native one of filters, and the one that was
// made for plugins in Go ("proxy"), for the input.
//
// Threads: functions of the host may be called from any thread that it called us on; log_line (log.h) says
// where its messages go. Layouts: where versions differ, it is said beside the member. What is not said here
// must not be touched.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

// ---- native filter: the host looks up `filter_NAME_plugin` in flb-filter_NAME.so ----

struct flb_filter_instance;
struct flb_input_instance;
struct flb_config;

enum {
  flb_filter_modified = 1,  // *out is a malloc'd buffer that the host frees
  flb_filter_no_touch = 2,
};

struct HostFilterPlugin {
  int event_type;  // 1: logs
  int flags;
  const char* name;
  const char* description;
  void* config_map;
  int (*pre_run)(flb_filter_instance*, flb_config*, void*);
  int (*init)(flb_filter_instance*, flb_config*, void*);
  int (*filter)(const void* data, size_t bytes, const char* tag, int tag_length, void** out,
                size_t* out_bytes, flb_filter_instance*, flb_input_instance*, void* context, flb_config*);
  int (*exit)(void* context, flb_config*);
  int (*notification)(flb_filter_instance*, flb_config*, void*);
  void* links[2];
  // The host copies as much as its own struct is long.
  void* zeros[32];
};

const char* flb_filter_get_property(const char* key, flb_filter_instance* instance);
void flb_filter_set_context(flb_filter_instance* instance, void* context);

// Not in every build of the host: look before calling. Types: 1 error, 2 warning, 3 info, 4 debug.
__attribute__((weak, format(printf, 4, 5))) void flb_log_print(int type, const char* file, int line,
                                                               const char* format, ...);

// ---- proxy: FLBPluginRegister, FLBPluginInit and so on, looked up in any other .so ----

enum {
  flb_proxy_input = 1,
  flb_proxy_go = 11,
  flb_proxy_error = 0,
  flb_proxy_ok = 1,
};

// Before 5.0.0 32 bytes that are not zeroed: set `flags`, write nothing behind `description`.
struct HostProxyDefinition {
  int type;
  int proxy;
  int flags;
  const char* name;
  const char* description;
};

struct HostProxyApi {
  const char* (*output_get_property)(const char* key, void* instance);
  const char* (*input_get_property)(const char* key, void* instance);
  void* (*output_get_metrics)(void* instance);
  void* (*input_get_metrics)(void* instance);  // null in a host that has none
};

// The host's metrics library; not in every build. Names and labels are copied.
__attribute__((weak)) void* cmt_counter_create(void* context, const char* space, const char* subsystem,
                                               const char* name, const char* help, int label_count,
                                               const char** label_keys);
__attribute__((weak)) int cmt_counter_set(void* counter, uint64_t nanoseconds, double value, int label_count,
                                          const char** label_values);
__attribute__((weak)) void cmt_counter_allow_reset(void* counter);
__attribute__((weak)) void* cmt_gauge_create(void* context, const char* space, const char* subsystem,
                                             const char* name, const char* help, int label_count,
                                             const char** label_keys);
__attribute__((weak)) int cmt_gauge_set(void* gauge, uint64_t nanoseconds, double value, int label_count,
                                        const char** label_values);

struct HostProxyContext {
  int fd;
  // From 4.1.0 on null until a plugin sets it, and handed to the callbacks whose names end with Ctx. Before,
  // the pointer to the proxy is here, never null.
  void* remote_context;
};

struct HostProxyPlugin {
  char* name;
  HostProxyApi* api;
  void* instance;
  HostProxyContext* context;
};

}  // extern "C"
