"""ministack, with three things that AWS does and it does not, for the loop to be woken as on AWS:

- the services' own events (`aws.*`) are taken, since the tests play the services that ministack lacks;
- an alarm looks at the metric with its own dimensions only, not at all metrics of that name;
- an alarm that changes its state sends an event.

It reaches into what is private of the one version that requirements.txt pins: with another one it may fail, and says so.
"""

import json
from types import FunctionType

from ministack.app import main
from ministack.services import cloudwatch, eventbridge

put_events = eventbridge._put_events
evaluate_alarm = cloudwatch._evaluate_alarm
dispatch_alarm_actions = cloudwatch._dispatch_alarm_actions


def put_events_of_any_source(data, allow_aws_source=True):
    return put_events(data, allow_aws_source=allow_aws_source)


def evaluate_alarm_on_its_dimensions(alarm):
    own = cloudwatch._dims_key({d["Name"]: d["Value"] for d in alarm.get("Dimensions", [])})
    metrics = {key: points for key, points in cloudwatch._metrics.items() if key[2] == own}
    FunctionType(evaluate_alarm.__code__, {**vars(cloudwatch), "_metrics": metrics})(alarm)


def dispatch_alarm_actions_and_event(alarm, old_state, new_state, reason):
    dispatch_alarm_actions(alarm, old_state, new_state, reason)
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": {"value": new_state, "reason": reason},
        "previousState": {"value": old_state},
    }
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Detail": json.dumps(detail),
        "Resources": [alarm["AlarmArn"]],
    }
    put_events({"Entries": [entry]}, allow_aws_source=True)


eventbridge._put_events = put_events_of_any_source
cloudwatch._evaluate_alarm = evaluate_alarm_on_its_dimensions
cloudwatch._dispatch_alarm_actions = dispatch_alarm_actions_and_event
main()
