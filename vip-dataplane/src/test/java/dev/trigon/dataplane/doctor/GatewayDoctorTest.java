package dev.trigon.dataplane.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.api.DoctorView;
import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.api.MendedView;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.LinuxException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The whole of it. */
class GatewayDoctorTest {
    private final FakeHost host = new FakeHost();
    private final FakeGateway gateway =
            FakeGateway.with(Specs.service("web").backend(1, "10.2.0.11", 100).spec());

    private record Named(String name, Function<Patient, List<Finding>> looks) implements Check {
        @Override
        public List<Finding> look(Patient patient) {
            return looks.apply(patient);
        }
    }

    private GatewayDoctor doctor(Check... checks) {
        return new GatewayDoctor(gateway, host, new Examination(List.of(checks), 500));
    }

    private static Check well(String name) {
        return new Named(name, patient -> new Findings(name).well("a", "b").all());
    }

    @Test
    void shouldShowWhatIsWrongFirst() throws Refusal {
        host.settings.put("net.ipv4.conf.all.rp_filter", "1");

        List<FindingView> found = new GatewayDoctor(gateway, host, new Examination(Checks.ALL, 5_000))
                .examine()
                .findings();

        assertThat(found)
                .extracting(FindingView::check)
                .containsAll(Checks.ALL.stream().map(Check::name).toList());
        List<String> states = found.stream().map(FindingView::state).distinct().toList();
        assertThat(states).containsExactly("wrong", "unknown", "well");
    }

    @Test
    void shouldMendWhatItMayAndLookAgain() throws Refusal {
        host.settings.put("net.ipv4.conf.all.rp_filter", "1");

        DoctorView mended = doctor(new RpFilterCheck()).mend();

        assertThat(mended.mended())
                .containsExactly(new MendedView(
                        "sysctl -w net.ipv4.conf.eth0.rp_filter=2 (and in /etc/sysctl.d, to stay)", null));
        assertThat(mended.findings())
                .singleElement()
                .extracting(FindingView::state)
                .isEqualTo("well");
    }

    @Test
    void shouldSayWhatItCouldNotMend() throws Refusal {
        Remedy vain = new Remedy("ethtool", patient -> {
            throw new LinuxException("ioctl(SIOCETHTOOL)", 95);
        });
        Check check = new Named(
                "c", patient -> new Findings("c").wrong("a", "b", "c", vain).all());

        DoctorView mended = doctor(check).mend();

        assertThat(mended.mended()).singleElement().satisfies(it -> {
            assertThat(it.command()).isEqualTo("ethtool");
            assertThat(it.failure()).contains("ioctl(SIOCETHTOOL)");
        });
        assertThat(mended.findings()).extracting(FindingView::state).containsExactly("wrong");
    }

    @Test
    void shouldChangeNothingUnasked() throws Refusal {
        host.settings.put("net.ipv4.conf.all.rp_filter", "1");

        assertThat(doctor(new RpFilterCheck()).examine().mended()).isEmpty();

        assertThat(host.settings).containsOnlyKeys("net.ipv4.conf.all.rp_filter");
    }

    @Test
    void shouldNotKnowWhatTheKernelWillNotTell() throws Refusal {
        Check failing = new Named("failing", patient -> {
            throw new LinuxException("RTM_GETLINK", 105);
        });

        List<FindingView> found = doctor(failing, well("fine")).examine().findings();

        assertThat(found).extracting(FindingView::check).containsExactly("failing", "fine");
        assertThat(found.get(0).state()).isEqualTo(FindingView.UNKNOWN);
        assertThat(found.get(0).evidence()).startsWith("it cannot be looked at: RTM_GETLINK");
    }

    @Test
    void shouldNotWaitForACheckThatHangs() throws Refusal {
        CountDownLatch never = new CountDownLatch(1);
        Check hanging = new Named("hanging", patient -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        });

        List<FindingView> found = doctor(hanging, well("fine")).examine().findings();

        assertThat(found.get(0).evidence()).isEqualTo("it took longer than 500 ms");
        assertThat(found.get(1).state()).isEqualTo(FindingView.WELL);
    }

    @Test
    void shouldExamineForOneAtATime() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        GatewayDoctor doctor = new GatewayDoctor(
                gateway,
                host,
                new Examination(
                        List.of(new Named("slow", patient -> {
                            begun.countDown();
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return List.of();
                        })),
                        10_000));
        Thread first = new Thread(() -> {
            try {
                doctor.examine();
            } catch (Refusal e) {
                throw new AssertionError(e);
            }
        });
        first.start();
        begun.await();

        assertThatThrownBy(doctor::examine).isInstanceOf(Refusal.class).hasMessageContaining("goes on already");

        end.countDown();
        first.join();
        assertThat(doctor.examine().findings()).isEmpty();
    }
}
