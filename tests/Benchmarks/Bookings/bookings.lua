-- One booking per request, each with an id of its own: wrk -s bookings.lua URL -- FIRST_ID (13 digits, so that every body has the same length).
local before = '{"id":'
local after = ',"user_id":22177,"vehicle_model_id":28,"travel_type_id":2,"from_area_id":83,"to_area_id":448,'
  .. '"from_date":"2013-01-01T02:00:00Z","online_booking":true,"mobile_site_booking":false,"booking_created":"2013-01-01T01:39:00Z",'
  .. '"from_lat":12.92415,"from_long":77.67229,"to_lat":12.92732,"to_long":77.63575,"car_cancellation":false}'
local head
local id

function init(args)
  id = tonumber(args[1])
  local length = #before + 13 + #after
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n" .. before
end

function request()
  id = id + 1
  return head .. string.format("%.0f", id) .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
