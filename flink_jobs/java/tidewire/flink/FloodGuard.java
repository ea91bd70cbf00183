package tidewire.flink;

import org.apache.flink.runtime.execution.SuppressRestartsException;

/** As topics.guard in Python: stops, and for good, when most of the last records failed. */
final class FloodGuard {
    /** By this the keeper and the operator know that a restart would not help. */
    static final String FLOOD = "Flood: ";
    private static final int WINDOW = 1_000;
    private static final double SHARE = 0.5;

    private final boolean[] last = new boolean[WINDOW];
    private final int most;
    private long seen;
    private int failed;

    /** {@code most}: of the last 1,000 records so many may fail, and more if less than half of them do. */
    FloodGuard(int most) {
        this.most = most;
    }

    void passed() {
        note(false);
    }

    void failed(String what) {
        note(true);
        if (failed >= most && failed >= SHARE * Math.min(seen, WINDOW)) {
            throw new SuppressRestartsException(new IllegalStateException(FLOOD + failed + " of the last "
                + Math.min(seen, WINDOW) + " records could not be decoded, the last because: " + what
                + ". Mend the cause and submit the job again; if they are to become dead letters,"
                + " with a higher TIDEWIRE_FLOOD_FAILURES"));
        }
    }

    private void note(boolean failure) {
        int place = (int) (seen++ % WINDOW);
        failed += (failure ? 1 : 0) - (last[place] ? 1 : 0);
        last[place] = failure;
    }
}
