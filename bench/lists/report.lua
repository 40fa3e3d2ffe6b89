-- One line: requests a second, p50 and p99 in ms, errors.
function done(summary, latency)
   local errors = summary.errors
   local all = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format("%.1f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, all))
end
