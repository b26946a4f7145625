namespace MpcSigner.Coordination.Boundary;

/// <summary>Material made ahead, as a node sees it: what is there now, and what has happened to it since the process began.</summary>
/// <param name="Stocked">Pieces ready for this node's own requests.</param>
/// <param name="Held">Pieces that wait here for peers' requests.</param>
/// <param name="Taken">Requests' questions that found their material ready.</param>
/// <param name="Missed">Those that had to wait until it was made.</param>
/// <param name="Made">Pieces made for this node's own requests.</param>
/// <param name="Refills">Sessions that made them.</param>
/// <param name="FailedRefills">Sessions that made none.</param>
/// <param name="Expired">Pieces wiped because their life was over, of both kinds.</param>
/// <param name="Dropped">Pieces wiped for any other reason.</param>
/// <param name="FailedOver">Quorums that came to nothing and were replaced within a request.</param>
public sealed record PoolStatus(
    int Stocked, int Held, long Taken, long Missed, long Made, long Refills, long FailedRefills, long Expired, long Dropped, long FailedOver);
