"""What the server counts, as Prometheus text."""

from collections import Counter
from time import process_time

#: Upper ends in seconds; a rollout judges p99 in the hundreds of milliseconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    def __init__(self) -> None:
        self.in_flight = 0
        self.instances = 0
        self.calls = 0
        self._requests: Counter[int] = Counter()
        self._slower = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def answered(self, status: int, seconds: float) -> None:
        self._requests[status] += 1
        self._seconds += seconds
        self._slower[next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))] += 1

    def text(self) -> str:
        total = 0
        buckets = []
        for bound, count in zip([*map(str, BUCKETS), "+Inf"], self._slower):
            total += count
            buckets.append(f'mlops_request_seconds_bucket{{le="{bound}"}} {total}')
        lines = [
            "# HELP mlops_requests_total Requests to predict, by status.",
            "# TYPE mlops_requests_total counter",
            *(f'mlops_requests_total{{status="{status}"}} {count}' for status, count in sorted(self._requests.items())),
            "# HELP mlops_request_seconds Time from the whole request to its answer.",
            "# TYPE mlops_request_seconds histogram",
            *buckets,
            f"mlops_request_seconds_sum {self._seconds}",
            f"mlops_request_seconds_count {total}",
            "# HELP mlops_instances_total Rows predicted.",
            "# TYPE mlops_instances_total counter",
            f"mlops_instances_total {self.instances}",
            "# HELP mlops_predict_calls_total Calls of the model; fewer than requests where those were gathered.",
            "# TYPE mlops_predict_calls_total counter",
            f"mlops_predict_calls_total {self.calls}",
            "# HELP mlops_requests_in_flight Requests not answered yet.",
            "# TYPE mlops_requests_in_flight gauge",
            f"mlops_requests_in_flight {self.in_flight}",
            "# HELP process_cpu_seconds_total Time on a processor.",
            "# TYPE process_cpu_seconds_total counter",
            f"process_cpu_seconds_total {process_time()}",
        ]
        return "\n".join(lines) + "\n"
