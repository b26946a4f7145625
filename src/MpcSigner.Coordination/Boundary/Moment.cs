namespace MpcSigner.Coordination.Boundary;

/// <summary>When an event happens: the wall clock for expiries and logs, a monotonic one for deadlines and timers.</summary>
/// <param name="Wall">UTC; may jump.</param>
/// <param name="Elapsed">Time since the instance began; never goes back.</param>
public readonly record struct Moment(DateTimeOffset Wall, TimeSpan Elapsed);
