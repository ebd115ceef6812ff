using FolderSync.Core.Model;

namespace FolderSync.Engine.Status;

/// <summary>Says what is held, whose changes they are, and what to do. Pure.</summary>
public static class HoldText
{
    /// <param name="nameOf">A device's name.</param>
    public static string Explain(ChangeHold hold, Func<DeviceId, string> nameOf)
    {
        if (hold.Why is { } why)
            return $"{why} Its {hold.Files:N0} files are not taken for deleted until you decide.";
        if (!hold.Incoming)
            return $"{hold.Files:N0} of {hold.TotalFiles:N0} files were deleted here at once. This is held until you decide.";
        var by = hold.Devices.Count > 0 ? string.Join(", ", hold.Devices.Select(nameOf)) : "another device";
        return $"{hold.Files:N0} of {hold.TotalFiles:N0} files were {What(hold)} on {by} at once. Nothing more of that is carried out here until you decide.";
    }

    public static string Advise(ChangeHold hold) => hold switch
    {
        { Why: not null } => "Mount it again, or confirm on the page that the files are deleted.",
        { Incoming: false } => "Confirm the deletions or restore the files, on the page.",
        _ => "On the page, accept the changes, or take them back: then the files stay as they are here, and become so again on all devices. What was replaced or deleted before that is among the folder's versions.",
    };

    private static string What(ChangeHold hold) => hold.Replaced == 0 ? "deleted" : hold.Replaced == hold.Files ? "replaced" : "replaced or deleted";
}
