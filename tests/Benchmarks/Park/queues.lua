-- Each customer joins the queue of a ride, one customer after the other; then all leave, and so on: wrk -s queues.lua URL -- FIRST_ID (not
-- used). Rides are 1 to 20, customers 1001 to 41000.
local rides = 20
local customers = 40000
local first = 1001
local put
local delete
local number = 0

function init(args)
  put = "PUT /park/rides/%d/queue/%d HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Length: 0\r\n\r\n"
  delete = "DELETE /park/rides/%d/queue/%d HTTP/1.1\r\nHost: " .. wrk.host .. "\r\n\r\n"
end

function request()
  local customer = number % customers
  local form = put
  if math.floor(number / customers) % 2 == 1 then form = delete end
  number = number + 1
  return string.format(form, customer % rides + 1, customer + first)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
