package dev.trigon.dataplane.doctor;

import java.util.List;

/** All there are, in the order of what matters most. */
final class Checks {
    static final List<Check> ALL = List.of(
            new ArmsCheck(),
            new GuardCheck(),
            new OwnerCheck(),
            new RoutesCheck(),
            new NeighboursCheck(),
            new VipOnLoCheck(),
            new DirectReturnCheck(),
            new MtuCheck(),
            new OffloadsCheck(),
            new RpFilterCheck(),
            new RedirectsCheck(),
            new LoopCheck(),
            new NeighbourLimitCheck(),
            new LossCheck(),
            new TablesCheck(),
            new StateCheck(),
            new OpenFilesCheck(),
            new EngineCheck(),
            new ClockCheck());

    private Checks() {}
}
