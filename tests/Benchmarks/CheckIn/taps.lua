-- One tap per request, of one employee after the other: wrk -s taps.lua URL -- FIRST_ID (not used). After 50,000 they begin again.
local employees = 50000
local before = '{"employee_id":"EMP'
local after = '"}'
local head
local id = 0

function init(args)
  local length = #before + 6 + #after
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n" .. before
end

function request()
  id = (id + 1) % employees
  return head .. string.format("%06d", id) .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
