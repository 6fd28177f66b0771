-- Sends the requests of a file one after the other and again, and tells as JSON what came back.
-- Each line of the file: method, path, headers as "name: value" joined by \1, body; separated by tabs.
local requests = {}
local next = 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, headers, body = line:match("^(%S+)\t(%S+)\t([^\t]*)\t(.*)$")
    local sent = {}
    for header in headers:gmatch("[^\1]+") do
      local name, value = header:match("^([^:]+): (.*)$")
      sent[name] = value
    end
    requests[#requests + 1] = wrk.format(method, path, sent, body ~= "" and body or nil)
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary, latency)
  io.write(string.format(
    '\nmeasured {"requests":%d,"microseconds":%d,"p50":%.3f,"p95":%.3f,"p99":%.3f,"bytes":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000, summary.bytes,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
