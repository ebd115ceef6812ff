namespace FolderSync.Filesystem.Apply;

/// <summary>Turns a failed disk call into a problem of one name.</summary>
internal static class ApplyFailures
{
    public static ApplyResult.Failed Of(ApplyStep step, FileSystemException e) =>
        new(step, new FileProblem(step.Target.Name.Value, e.Message, e.Error, e.Error == FileSystemError.NameTooLong));

    public static ApplyResult.Failed Of(ApplyStep step, string reason, FileSystemError error = FileSystemError.Other, bool permanent = false) =>
        new(step, new FileProblem(step.Target.Name.Value, reason, error, permanent));
}
